import type { Database, Transaction, VerdictKind } from "#lib/platform/database/client.ts";

import { type ConfigurationChange, configurationOf } from "./configuration.ts";
import { type Live, type ReleaseJson, changesSince, readLive, releaseJson } from "./live.ts";

export interface StandingVerdict {
  readonly id: string;
  /** Counts the verdicts of an environment. */
  readonly number: number;
  readonly kind: VerdictKind;
  readonly words: string;
  readonly releaseId: string;
  readonly releaseNumber: number;
  readonly imageId: string;
  readonly imageDigest: string;
  readonly commit: string;
  readonly givenById: string;
  readonly givenByName: string;
  readonly at: Date;
}

/** What the newest verdict of an environment is worth for what is live there now. */
export type Standing =
  | { readonly state: "none" }
  | { readonly state: "approved"; readonly verdict: StandingVerdict }
  | { readonly state: "rejected" | "not_testable"; readonly verdict: StandingVerdict }
  | {
      readonly state: "void";
      readonly reason: "image_changed" | "configuration_changed";
      readonly verdict: StandingVerdict;
      /** What is not as it was when it was judged, the image first. */
      readonly changes: readonly ConfigurationChange[];
    };

export const noStanding: Standing = { state: "none" };
export const standingStates = { approve: "approved", reject: "rejected", not_testable: "not_testable" } as const;

/**
 * The standing of environments by id: none where nothing is live or nobody has judged; void as soon as another image is live, or its
 * configuration, or the one that the next deployment would take, is not the one that was judged. Three statements, whatever their number.
 */
export async function standingsOf(
  database: Pick<Transaction | Database, "$queryRaw" | "variable">,
  environmentIds: readonly string[],
): Promise<Map<string, Standing>> {
  const standings = new Map<string, Standing>(environmentIds.map((id) => [id, noStanding]));
  if (environmentIds.length === 0) return standings;
  const newest = await readNewest(database, environmentIds);
  const live = await readLive(
    database,
    newest.map(({ environmentId }) => environmentId),
  );
  for (const row of newest) {
    const there = live.get(row.environmentId);
    if (there !== undefined) standings.set(row.environmentId, standingOf(row, row.judged, there));
  }
  return standings;
}

/** What a verdict on `judged` is worth for what is live. Pure. */
export function standingOf(
  verdict: StandingVerdict,
  judged: ReleaseJson,
  live: Pick<Live, "imageDigest" | "createdBy" | "createdAt" | "configuration" | "pending" | "facts">,
): Standing {
  if (live.imageDigest !== verdict.imageDigest) {
    const change = { kind: "image" as const, name: "image", by: live.createdBy, at: live.createdAt };
    return { state: "void", reason: "image_changed", verdict: verdictOf(verdict), changes: [change] };
  }
  const changes = changesSince(configurationOf(judged), [live.configuration, live.pending], live.facts);
  if (changes.length > 0) return { state: "void", reason: "configuration_changed", verdict: verdictOf(verdict), changes };
  return { state: standingStates[verdict.kind], verdict: verdictOf(verdict) };
}

interface Row extends StandingVerdict {
  readonly environmentId: string;
  readonly judged: ReleaseJson;
}

function verdictOf(row: StandingVerdict): StandingVerdict {
  const { id, number, kind, words, releaseId, releaseNumber, imageId, imageDigest, commit, givenById, givenByName, at } = row;
  return { id, number, kind, words, releaseId, releaseNumber, imageId, imageDigest, commit, givenById, givenByName, at };
}

async function readNewest(database: Pick<Transaction | Database, "$queryRaw">, environmentIds: readonly string[]): Promise<Row[]> {
  return database.$queryRaw<Row[]>`
    SELECT v.id, v.number, v.kind::text AS kind, v.words, v.release_id AS "releaseId", j.number AS "releaseNumber", v.image_id AS "imageId",
      v.image_digest AS "imageDigest", v.commit, v.given_by_id AS "givenById", v.given_by_name AS "givenByName", v.at,
      v.environment_id AS "environmentId", ${releaseJson("j")} AS judged
    FROM unnest(${[...environmentIds]}::uuid[]) AS wanted(id)
    JOIN LATERAL (SELECT * FROM verdict WHERE verdict.environment_id = wanted.id ORDER BY verdict.number DESC LIMIT 1) v ON true
    JOIN release j ON j.id = v.release_id`;
}
