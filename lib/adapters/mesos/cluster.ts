import type { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";
import { createHttpClient } from "#lib/platform/outbound-http/client.ts";

import { type MesosAccess, createGetter } from "./get-json.ts";
import { type WireContainers, containersSchema, metricsSchema, stateSummarySchema } from "./utilisation-wire.ts";
import { type ClusterUse, type TaskUse, toClusterUse, toCounters, usedBetween } from "./utilisation.ts";

export interface ClusterOptions extends MesosAccess {
  /** Where the cluster's Mesos master is: `info` of the Marathon client. */
  readonly info: () => Promise<{ readonly mesosUrl: string | null }>;
  /** Certificates in PEM, trusted in place of the system's. */
  readonly ca?: string | undefined;
  readonly log: Log;
  readonly timeoutMs?: number | undefined;
}

export interface ClusterReader {
  /** Hosts and the whole, as the master counts them. Throws `unavailable`. */
  use(): Promise<ClusterUse>;
  /**
   * What the tasks of an agent (`address` of a host) really used since the last look at it; empty at the first look. Throws `unavailable`.
   */
  used(address: string): Promise<TaskUse[]>;
  close(): Promise<void>;
}

/** A cluster of thousands of tasks answers a few megabytes. */
const maxAnswerBytes = 64 * 1024 * 1024;
const agentsAtMost = 1000;

/** Reads how full a cluster is from its master and agents. */
export function createClusterReader(options: ClusterOptions): ClusterReader {
  const http = createHttpClient({
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBodyBytes: maxAnswerBytes,
    policy: "operator",
    ca: options.ca,
    log: options.log,
  });
  const get = createGetter(http, options);
  const lastLooks = new Map<string, WireContainers>();

  async function master(): Promise<URL> {
    const { mesosUrl } = await options.info();
    if (mesosUrl === null) throw new BerthError("unavailable", { detail: "Marathon does not say where its Mesos master is." });
    return new URL(mesosUrl);
  }

  async function read<T>(url: string, schema: z.ZodType<T>): Promise<T | null> {
    const answer = await get(url, (body) => JSON.parse(body.toString("utf8")));
    if (answer === null) return null;
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new BerthError("unavailable", { detail: "The answer of Mesos is not understood.", cause: parsed.error });
    return parsed.data;
  }

  return {
    async use() {
      const base = trimmed(await master());
      const [summary, metrics] = await Promise.all([
        read(`${base}/state-summary`, stateSummarySchema),
        // Every master answers for itself and a standby knows nothing: that is worth less, not an error.
        read(`${base}/metrics/snapshot`, metricsSchema).catch(() => null),
      ]);
      if (summary === null) throw new BerthError("unavailable", { detail: "This Mesos has no state summary." });
      return toClusterUse(summary, metrics === null ? null : toCounters(metrics));
    },
    async used(address) {
      const base = `${(await master()).protocol}//${address}`;
      const now =
        (await read(`${base}/containers`, containersSchema)) ?? (await read(`${base}/monitor/statistics`, containersSchema)) ?? [];
      const before = lastLooks.get(address) ?? [];
      lastLooks.delete(address);
      lastLooks.set(address, now);
      if (lastLooks.size > agentsAtMost) lastLooks.delete(lastLooks.keys().next().value ?? "");
      return usedBetween(before, now);
    },
    close: () => http.close(),
  };
}

function trimmed(url: URL): string {
  return (url.origin + url.pathname).replace(/\/+$/, "");
}
