import { mkdtemp, rm } from "node:fs/promises";
import { type Socket, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SocketProxy {
  readonly path: string;
  /** Cuts every connection and takes no new one: what a client sees of an engine that dies. */
  cut(): Promise<void>;
}

/** A socket of one's own in front of the engine's, so that a test can lose the engine without anybody else noticing. */
export async function startSocketProxy(target: string): Promise<SocketProxy> {
  const folder = await mkdtemp(join(tmpdir(), "berth-proxy-"));
  const path = join(folder, "docker.sock");
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: target, allowHalfOpen: true });
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    client.pipe(engine).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    async cut() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
