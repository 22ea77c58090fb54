import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Socket, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { vi } from "vitest";

const require = createRequire(import.meta.url);

interface Bus {
  readonly url: string;
  /** Resolves when a reader is there. */
  readonly connected: Promise<void>;
  send(eventType: string): void;
  stop(): Promise<void>;
}

/**
 * The event bus of the npm package marathon-event-bus-mock: Marathon's events as somebody else wrote them down. It would listen on every
 * address of the machine and talk to the terminal: it is given a socket in a folder, behind a door on the loopback, and is kept silent.
 */
export async function startBus(old: boolean): Promise<Bus> {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), "berth-bus-"));
  const path = join(folder, "bus.sock");
  const bus: object = Reflect.construct(constructorOf(require("marathon-event-bus-mock")), [path, old]);
  const sockets = new Set<Socket>();
  const door = createServer((socket) => {
    const inner = connect(path);
    for (const end of [socket, inner]) sockets.add(end.on("error", () => undefined).on("close", () => sockets.delete(end)));
    socket.pipe(inner).pipe(socket);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    connected: new Promise((resolve) => call(partOf(bus, "sse"), "on", "connection", () => resolve())),
    send: (eventType) => call(bus, "requestEvent", eventType),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => door.close(resolve));
      await new Promise<void>((resolve) => call(partOf(bus, "server"), "close", () => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function call(on: object, name: string, ...values: unknown[]): void {
  const found: unknown = Reflect.get(on, name);
  if (typeof found !== "function") throw new Error(`marathon-event-bus-mock has no ${name}`);
  Reflect.apply(found, on, values);
}

function partOf(whole: object, name: string): object {
  const part: unknown = Reflect.get(whole, name);
  if (typeof part !== "object" || part === null) throw new Error(`marathon-event-bus-mock has no ${name}`);
  return part;
}

function constructorOf(module: unknown): new () => object {
  if (!isConstructor(module)) throw new Error("marathon-event-bus-mock exports something else");
  return module;
}

function isConstructor(value: unknown): value is new () => object {
  return typeof value === "function";
}
