import { startGateway } from "#lib/gateway/server.ts";

import { runProcess } from "../run-process.ts";

/** Names of cookies that are the dashboard's and never reach an environment. */
const platformCookiePrefixes = ["berth", "__Host-berth", "__Secure-berth", "next-auth", "__Host-next-auth", "__Secure-next-auth"];

await runProcess("gateway", async (config, log) => {
  if (config.database.processUrl === undefined) throw new Error("BERTH_PROCESS_DATABASE_URL is unset: the supervisor starts this process");
  const { host, port, baseHost, origin } = config.gateway;
  return startGateway({
    databaseUrl: config.database.processUrl,
    listen: { host, port },
    baseHost,
    dashboardUrl: config.web.origin,
    platformCookiePrefixes,
    publicScheme: origin.startsWith("https:") ? "https" : "http",
    log,
  });
});
