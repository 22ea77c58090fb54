import { type LookupFunction, isIPv6 } from "node:net";

import { Client, type Dispatcher, Pool } from "undici";

import { type Resolve, pinAddress, resolveBySystem } from "./address-policy.ts";

interface ConnectionOptions {
  readonly timeoutMs: number;
  readonly policy: "operator" | "user";
  readonly allowedHosts?: readonly string[] | undefined;
  readonly resolve?: Resolve | undefined;
  readonly ca?: string | undefined;
}

interface Connection {
  readonly dispatcher: Dispatcher;
  /** To be called once, when the answer has been read or given up. */
  readonly release: () => void;
}

export interface Connections {
  to(url: URL): Promise<Connection>;
  close(): Promise<void>;
}

const maxHeaderSize = 32 * 1024;

/** Connections by policy: the operator's origins share pools, an address from a user gets one checked and pinned connection of its own. */
export function createConnections(options: ConnectionOptions): Connections {
  const pools = new Map<string, Pool>();
  const connect = { timeout: Math.min(options.timeoutMs, 10_000), ...(options.ca === undefined ? {} : { ca: options.ca }) };

  function pooled(origin: string): Connection {
    const pool = pools.get(origin) ?? new Pool(origin, { maxHeaderSize, connections: 16, keepAliveTimeout: 4000, connect });
    pools.set(origin, pool);
    return { dispatcher: pool, release: () => undefined };
  }

  async function pinned(url: URL): Promise<Connection> {
    const address = await pinAddress(url, { allowedHosts: options.allowedHosts ?? [], resolve: options.resolve ?? resolveBySystem });
    const client = new Client(url.origin, { maxHeaderSize, connect: { ...connect, lookup: pinnedLookup(address) } });
    return { dispatcher: client, release: () => void client.destroy() };
  }

  return {
    to: async (url) => (options.policy === "user" ? await pinned(url) : pooled(url.origin)),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function pinnedLookup(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4;
  return (_host, options, done) => (options.all === true ? done(null, [{ address, family }]) : done(null, address, family));
}
