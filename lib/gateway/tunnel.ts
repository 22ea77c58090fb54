import type { Socket } from "node:net";

import type { GatewayContext } from "./context.ts";
import type { Viewer } from "./viewer.ts";

interface Ends {
  readonly client: Socket;
  readonly app: Socket;
  /** Who looks through it, for as long as he may. */
  readonly viewer: Viewer;
}

/** Ties two sockets together until either ends; `rest` is what the app sent right after its answer. */
export function tunnel({ client, app, viewer }: Ends, head: string, rest: Buffer, context: Pick<GatewayContext, "tunnels" | "open">): void {
  context.tunnels.add(client);
  const stream = { viewer, cut: () => close() };
  context.open.add(stream);
  const close = (): void => {
    context.tunnels.delete(client);
    context.open.delete(stream);
    client.destroy();
    app.destroy();
  };
  for (const socket of [client, app]) {
    socket.setTimeout(0);
    socket.on("error", close);
    socket.on("close", close);
  }
  client.write(head, "latin1");
  if (rest.length > 0) client.write(rest);
  client.pipe(app);
  app.pipe(client);
}

/** The head of `101 Switching Protocols` for the client. */
export function switchingHead(reason: string, protocol: string, headers: readonly string[]): string {
  let text = `HTTP/1.1 101 ${reason === "" ? "Switching Protocols" : reason}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at] ?? ""}: ${headers[at + 1] ?? ""}\r\n`;
  return `${text}\r\n`;
}
