import { type Server, type Socket, connect, createServer } from "node:net";

type Place = { readonly path: string } | { readonly host: string; readonly port: number };

/** A connection to a part that can be cut and joined again, as if the part had died and come back. */
export interface Cuttable {
  /** The port it listens on, when it listens on one. */
  readonly port: number;
  cut(): Promise<void>;
  join(): Promise<void>;
}

/** Forwards from `here` to `there`. */
export async function cuttable(here: Place, there: Place): Promise<Cuttable> {
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = "port" in here ? here.port : 0;
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  };
  const join = async (): Promise<void> => {
    const listening = createServer((client) => {
      const target = connect(there);
      track(client);
      track(target);
      client.pipe(target);
      target.pipe(client);
      client.once("close", () => target.destroy());
      target.once("close", () => client.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      listening.once("error", reject);
      listening.listen("path" in here ? here : { host: here.host, port }, () => resolve());
    });
    const address = listening.address();
    if (typeof address === "object" && address !== null) port = address.port;
    server = listening;
  };
  await join();
  return {
    join,
    get port() {
      return port;
    },
    async cut() {
      const closing = server;
      server = null;
      const closed = new Promise<void>((resolve) => (closing === null ? resolve() : closing.close(() => resolve())));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
