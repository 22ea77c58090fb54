import { destination, pino } from "pino";
import { z } from "zod";

import { startScheduler } from "#lib/scheduler/server.ts";

/** A scheduler in a process of its own, to be killed. Its options come as JSON; it says its port on standard output. */
const options = z
  .object({
    databaseUrl: z.string(),
    socketPath: z.string(),
    instance: z.string(),
    workDir: z.string(),
    port: z.number(),
    username: z.string(),
    password: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const { socketPath, port, username, password, ...rest } = options;
const running = await startScheduler({
  ...rest,
  docker: { socketPath },
  listen: { host: "127.0.0.1", port },
  credentials: { username, password },
  log: pino({ level: process.env["BERTH_TEST_LOG"] ?? "warn" }, destination(2)),
});
process.stdout.write(`${running.address.port}\n`);
