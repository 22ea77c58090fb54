import { startGateway } from "#lib/gateway/server.ts";
import { createLog } from "#lib/platform/log.ts";

await startGateway({
  databaseUrl: process.env["DATABASE_URL"] ?? "",
  listen: { host: "127.0.0.1", port: Number(process.env["PORT"]) },
  baseHost: "preview.localhost",
  dashboardUrl: "http://localhost:3000",
  platformCookiePrefixes: ["__Host-berth", "__Secure-berth", "berth", "next-auth", "__Secure-next-auth", "__Host-next-auth"],
  log: createLog("gateway", "warn"),
});
console.log("ready");
