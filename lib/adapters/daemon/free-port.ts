import { createServer } from "node:net";

import { BerthError } from "#lib/core/errors.ts";

const attempts = 200;

/** The first port from `preferred` on that nobody listens on. Throws `port_taken` when a whole stretch is in use. */
export async function findFreePort(host: string, preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + attempts && port < 65_536; port++) {
    if (await isPortFree(host, port)) return port;
  }
  throw new BerthError("port_taken", { detail: `All ports from ${preferred} to ${preferred + attempts - 1} are taken on ${host}.` });
}

/** Whether a server could listen there now. Rethrows what has nothing to do with another listener, such as an unknown host. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
