import { z } from "zod";

import { type Actor, authorise } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";

export interface PartHealth {
  readonly part: string;
  readonly title: string;
  readonly state: "up" | "down" | "off" | "unknown";
  readonly detail: string | null;
  readonly since: Date | null;
  readonly checkedAt: Date | null;
  readonly facts: Readonly<Record<string, string>>;
}

export interface Health {
  readonly state: "up" | "degraded" | "down";
  readonly parts: readonly PartHealth[];
  readonly queue: { readonly waiting: number; readonly running: number };
  readonly version: string;
}

export const version = "0.1.0";
/** What a part said longer ago than this says nothing of now. */
const staleMs = 30_000;
const titles = { docker: "Docker Engine", registry: "Image registry", marathon: "Marathon" } as const;
const factsSchema = z.record(z.string(), z.string()).catch({});

/** How every part is, for somebody who is signed in. */
export async function getHealth(reader: Reader, actor: Actor): Promise<Health> {
  authorise(actor, "see_health", { type: "platform" });
  return readHealth(reader);
}

/** The same without asking who wants to know: states and times only reach the outside, see the REST route. */
export async function readHealth(reader: Pick<Reader, "database">): Promise<Health> {
  const { database } = reader;
  const [rows, workers, [queue]] = await Promise.all([
    database.partStatus.findMany(),
    database.workerHeartbeat.findMany({ orderBy: { beatAt: "desc" }, take: 1 }),
    database.$queryRaw<Array<{ waiting: bigint; running: bigint }>>`SELECT waiting, running FROM berth_queue_length()`,
  ]);
  const now = Date.now();
  const [beat] = workers;
  const workerUp = beat !== undefined && now - beat.beatAt.getTime() < staleMs;
  const parts: PartHealth[] = [
    { part: "database", title: "Postgres", state: "up", detail: null, since: null, checkedAt: new Date(), facts: {} },
    { part: "web", title: "Dashboard", state: "up", detail: null, since: null, checkedAt: new Date(), facts: {} },
    {
      part: "worker",
      title: "Worker",
      state: workerUp ? "up" : beat === undefined ? "unknown" : "down",
      detail: workerUp ? null : "No worker has been heard of lately; nothing is built or deployed until one is back.",
      since: beat?.startedAt ?? null,
      checkedAt: beat?.beatAt ?? null,
      facts: {},
    },
  ];
  for (const [part, title] of Object.entries(titles)) {
    const row = rows.find((candidate) => candidate.part === part);
    const fresh = row !== undefined && now - row.checkedAt.getTime() < staleMs;
    const state = row?.state === "up" || row?.state === "down" || row?.state === "off" ? row.state : "unknown";
    parts.push({
      part,
      title,
      state: fresh ? state : "unknown",
      detail: row?.detail ?? null,
      since: row?.since ?? null,
      checkedAt: row?.checkedAt ?? null,
      facts: factsSchema.parse(row?.facts ?? {}),
    });
  }
  const degraded = parts.some((part) => part.state === "down" || part.state === "unknown");
  return {
    state: degraded ? "degraded" : "up",
    parts,
    queue: { waiting: Number(queue?.waiting ?? 0), running: Number(queue?.running ?? 0) },
    version,
  };
}
