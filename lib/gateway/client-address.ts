import type { Socket } from "node:net";

/** The address at the other end, IPv4 in its usual form. */
export function clientAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? "unknown";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
