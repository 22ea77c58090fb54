import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { promisify } from "node:util";

import { installPackages, mayInstallPackages } from "#lib/adapters/engine-local/debian.ts";

export const execute = promisify(execFile);

/** Debian's own Python: others do not see Debian's packages. */
export const debianPython = "/usr/bin/python3";
export const prometheus = "/usr/bin/prometheus";
export const haproxy = "/usr/sbin/haproxy";

async function knowsMarathon(): Promise<boolean> {
  return execute(debianPython, ["-c", "import marathon"]).then(
    () => true,
    () => false,
  );
}

/** Which of these tools there are; as root on Debian missing ones are installed first. Tests of one that is not there are skipped. */
export async function findTools(): Promise<{ python: boolean; prometheus: boolean; haproxy: boolean }> {
  const look = async () => ({ python: await knowsMarathon(), prometheus: existsSync(prometheus), haproxy: existsSync(haproxy) });
  const found = await look();
  const missing = [
    ...(found.python ? [] : ["python3-marathon"]),
    ...(found.prometheus ? [] : ["prometheus"]),
    ...(found.haproxy ? [] : ["haproxy"]),
  ];
  if (missing.length === 0 || !mayInstallPackages()) return found;
  await installPackages(missing, { onLine: () => undefined, startServices: false }).catch((error: unknown) => {
    console.warn(`Could not install ${missing.join(", ")}:`, error);
  });
  return look();
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
