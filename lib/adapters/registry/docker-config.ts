import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { pack } from "tar-stream";

/**
 * The archive agents fetch before they pull from a private registry: `docker.tar.gz` with `.docker/config.json` for Docker since 1.6. The
 * registry's key is the host part of the images' names. The same credentials give the same bytes.
 */
export async function dockerConfigArchive(
  registry: string,
  credentials: { readonly username: string; readonly password: string },
): Promise<Buffer> {
  const auth = Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64");
  const archive = pack();
  const mtime = new Date(0);
  // Readable by the task's user, whoever it is: agents unpack it into the task's own sandbox, which is closed to others.
  archive.entry({ name: ".docker/", type: "directory", mode: 0o755, mtime });
  archive.entry({ name: ".docker/config.json", mode: 0o644, mtime }, `${JSON.stringify({ auths: { [registry]: { auth } } })}\n`);
  archive.finalize();
  return await promisify(gzip)(await buffer(archive));
}
