import { createSocket } from "node:dgram";
import { createServer } from "node:net";

import { type AppDefinition } from "../model/app.ts";
import { type Endpoint, endpointsOf } from "../model/endpoints.ts";

/** The host ports promised to tasks. */
export interface HostPorts {
  /** A host port for each endpoint (0 where it has none), or null when one cannot be had. */
  reserve(app: AppDefinition): readonly number[] | null;
  /** Marks the ports of a task from before as taken. */
  adopt(ports: readonly number[]): void;
  release(ports: readonly number[]): void;
}

/**
 * Ports are handed out in a circle, so that a port rests as long as possible before another task answers on it. `random` (0 to 1) decides
 * where the circle begins.
 */
export function createHostPorts(range: readonly [number, number], random: () => number = Math.random): HostPorts {
  const [first, last] = range;
  const taken = new Set<number>();
  let next = first + Math.floor(random() * (last - first + 1));

  const take = (wanted: number): number | null => {
    if (wanted !== 0) {
      if (wanted < first || wanted > last || taken.has(wanted)) return null;
      taken.add(wanted);
      return wanted;
    }
    for (let tried = first; tried <= last; tried += 1) {
      const port = next;
      next = next >= last ? first : next + 1;
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
    return null;
  };

  const release = (ports: readonly number[]): void => {
    for (const port of ports) taken.delete(port);
  };

  return {
    release,
    adopt(ports) {
      for (const port of ports) if (port !== 0) taken.add(port);
    },
    reserve(app) {
      const endpoints = endpointsOf(app);
      const ports = endpoints.map(() => 0);
      // Fixed ones first, so that a dynamic one does not take their place.
      const order = [...endpoints.entries()].sort(([, left], [, right]) => (right.hostPort ?? 0) - (left.hostPort ?? 0));
      for (const [index, endpoint] of order) {
        if (endpoint.hostPort === undefined) continue;
        const port = take(endpoint.hostPort);
        if (port === null) {
          release(ports.filter((reserved) => reserved !== 0));
          return null;
        }
        ports[index] = port;
      }
      return ports;
    },
  };
}

/** The first of the ports that something else on this machine listens on, or null. */
export async function busyPort(address: string, ports: readonly number[], endpoints: readonly Endpoint[]): Promise<number | null> {
  const checks = ports.flatMap((port, index) => {
    if (port === 0) return [];
    const protocols = endpoints[index]?.protocols ?? ["tcp" as const];
    return protocols.map(async (protocol) => ((await canListen(address, port, protocol)) ? null : port));
  });
  return (await Promise.all(checks)).find((port) => port !== null) ?? null;
}

function canListen(address: string, port: number, protocol: "tcp" | "udp"): Promise<boolean> {
  return new Promise((resolve) => {
    if (protocol === "tcp") {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
      return;
    }
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
