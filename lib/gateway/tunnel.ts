import type { Socket } from "node:net";

/** Ties two sockets together until either ends; `rest` is what the app sent right after its answer. */
export function tunnel(client: Socket, app: Socket, head: string, rest: Buffer, open: Set<Socket>): void {
  open.add(client);
  const close = (): void => {
    open.delete(client);
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
