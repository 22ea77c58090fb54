import { createServer } from "node:http";

import { Pool } from "undici";

/** The least a proxy on undici can do: no hosts, no header rules, no retries. */
const pool = new Pool(`http://127.0.0.1:${process.env["BACKEND_PORT"] ?? ""}`, { connections: 64 });

const server = createServer((request, response) => {
  const { method = "GET", url = "/", headers } = request;
  pool
    .stream(
      { method, path: url, headers, body: method === "GET" ? null : request, opaque: response },
      ({ statusCode, headers: answered }) => response.writeHead(statusCode, answered),
    )
    .catch(() => response.destroy());
});
server.keepAliveTimeout = 65_000;
server.listen(Number(process.env["PORT"]), "127.0.0.1", () => console.log("ready"));
