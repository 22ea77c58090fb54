import { connect } from "node:net";

/** What one run of load saw. Latencies in milliseconds. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

interface LoadOptions {
  readonly port: number;
  readonly host: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
}

const headEnd = Buffer.from("\r\n\r\n");

/** Closed-loop load on raw keep-alive sockets, for machines without `wrk`. Answers must have a Content-Length. */
export async function runLoad(options: LoadOptions): Promise<LoadFigures> {
  const latencies: number[] = [];
  const failed = { count: 0 };
  const until = performance.now() + options.seconds * 1_000;
  await Promise.all(Array.from({ length: options.connections }, () => driveConnection(options, until, latencies, failed)));
  latencies.sort((one, other) => one - other);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { perSecond: latencies.length / options.seconds, p50: at(0.5), p99: at(0.99), errors: failed.count };
}

function driveConnection(options: LoadOptions, until: number, latencies: number[], failed: { count: number }): Promise<void> {
  const request = `GET / HTTP/1.1\r\nHost: ${options.host}\r\nAuthorization: Bearer ${options.token}\r\n\r\n`;
  return new Promise((resolve) => {
    const socket = connect({ port: options.port, host: "127.0.0.1", noDelay: true });
    let pending: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      if (sentAt >= until) return void socket.destroy();
      socket.write(request);
    };
    socket.on("connect", send);
    socket.on("data", (bytes: Buffer) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      const end = pending.indexOf(headEnd);
      if (end < 0) return;
      const head = pending.toString("latin1", 0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (pending.length < end + 4 + length) return;
      pending = pending.subarray(end + 4 + length);
      if (!head.startsWith("HTTP/1.1 200")) failed.count += 1;
      latencies.push(performance.now() - sentAt);
      send();
    });
    socket.on("error", () => (failed.count += 1));
    socket.on("close", () => resolve());
  });
}
