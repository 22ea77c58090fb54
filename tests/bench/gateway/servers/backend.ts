import { createServer } from "node:http";

/** The app behind every proxy: 1 KiB for each request. */
const body = Buffer.alloc(1_024, "x");

const server = createServer((_request, response) => {
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": body.length });
  response.end(body);
});
server.keepAliveTimeout = 65_000;
server.listen(Number(process.env["PORT"]), "127.0.0.1", () => console.log("ready"));
