import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import next from "next";
import { z } from "zod";

import { describeError } from "#lib/core/errors.ts";
import { gitDoor } from "#lib/server/git-door.ts";
import { services } from "#lib/server/services.ts";
import { webhookDoor } from "#lib/server/webhook-door.ts";

import { runProcess } from "../run-process.ts";
import { createFront } from "./front.ts";

const drainMs = 8_000;

/**
 * What `next build` made of next.config.ts, handed over as Next's own standalone server does: reading the file again would load Next's compiler,
 * which costs 45 MB for as long as the process lives.
 */
async function useBuiltConfig(): Promise<void> {
  const text = await readFile(join(process.cwd(), ".next", "required-server-files.json"), "utf8");
  const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text));
  process.env["__NEXT_PRIVATE_STANDALONE_CONFIG"] = JSON.stringify(config);
}

await runProcess("web", async (config, log) => {
  const { host, port, origin } = config.web;
  await useBuiltConfig();
  const app = next({ dev: false, dir: process.cwd(), hostname: host, port, quiet: true });
  await app.prepare();
  const pages = app.getRequestHandler();
  const server = createServer(
    { maxHeaderSize: 16 * 1024, requireHostHeader: true },
    createFront({
      origin,
      log,
      serveGit: async (request, response) => (await gitDoor(request, response)) || webhookDoor(request, response),
      servePages: (request, response) => pages(request, response),
    }),
  );
  server.headersTimeout = 15_000;
  // A push or a log stream may take as long as it moves; slow headers may not.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  server.on("upgrade", (_request, socket) => socket.destroy());
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Browsers open connections ahead of need. An answer to one that stayed silent would be taken for that of the first request on it.
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") socket.destroy();
    else socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  // The first visitor should not wait for connections and modules.
  await services().database.$queryRaw`SELECT 1`.catch((error: unknown) =>
    log.warn({ reason: describeError(error) }, "The database does not answer yet."),
  );
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), drainMs).unref();
      await services().hub.close();
      await closed;
    },
  };
});
