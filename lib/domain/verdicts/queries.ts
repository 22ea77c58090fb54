import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { VerdictKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { type EnvironmentPage, getEnvironment } from "../environments/queries.ts";
import type { Reader } from "../projects/head.ts";
import { configurationOf, differencesBetween } from "./configuration.ts";
import { type ChecklistAnswer, readChecklist } from "./schema.ts";
import { type Standing, noStanding, standingsOf } from "./standing.ts";
import { changeWords } from "./words.ts";

export interface EvidenceRow {
  readonly id: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
}

export interface VerdictRow {
  readonly id: string;
  readonly number: number;
  readonly kind: VerdictKind;
  readonly words: string;
  readonly by: string;
  readonly at: Date;
  readonly releaseNumber: number;
  readonly digest: string;
  readonly commit: string;
  readonly checklist: readonly ChecklistAnswer[];
  readonly evidence: readonly EvidenceRow[];
  /** Whether it still says something of what is live. */
  readonly worth: "stands" | "void" | "superseded";
  /** What made it void, in a sentence; null where nothing did. */
  readonly voidedBy: string | null;
}

const listedAtMost = 50;

const selection = {
  id: true,
  number: true,
  kind: true,
  words: true,
  givenByName: true,
  at: true,
  imageDigest: true,
  commit: true,
  checklist: true,
  release: { select: { number: true, variables: true, cpus: true, mem: true, port: true, healthPath: true, app: true } },
  evidence: {
    orderBy: { position: "asc" },
    select: { id: true, mediaType: true, width: true, height: true, sizeBytes: true },
  },
} as const;

export type VerdictHistory = EnvironmentPage & { readonly verdicts: readonly VerdictRow[]; readonly moreVerdicts: number };

/** An environment by its name with what testers said there, the newest first. */
export async function getVerdictHistory(reader: Reader, actor: Actor, slug: string, name: string): Promise<VerdictHistory> {
  const page = await getEnvironment(reader, actor, slug, name);
  const [verdicts, total] = await Promise.all([
    readVerdicts(reader, page.id, page.standing),
    reader.database.verdict.count({ where: { environmentId: page.id } }),
  ]);
  return { ...page, verdicts, moreVerdicts: Math.max(0, total - verdicts.length) };
}

/** The same by id, for the REST interface. */
export async function listVerdicts(
  reader: Reader,
  actor: Actor,
  environmentId: string,
): Promise<{ standing: Standing; verdicts: VerdictRow[] }> {
  const environment = await reader.database.environment.findFirst({
    where: { id: environmentId, project: { deletedAt: null } },
    select: { projectId: true, stage: { select: { kind: true } } },
  });
  if (environment === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: environment.projectId, stageKind: environment.stage.kind }));
  const standing = (await standingsOf(reader.database, [environmentId])).get(environmentId) ?? noStanding;
  return { standing, verdicts: await readVerdicts(reader, environmentId, standing) };
}

async function findRows(reader: Reader, environmentId: string) {
  return reader.database.verdict.findMany({ where: { environmentId }, orderBy: { number: "desc" }, take: listedAtMost, select: selection });
}
type Row = Awaited<ReturnType<typeof findRows>>[number];

async function readVerdicts(reader: Reader, environmentId: string, standing: Standing): Promise<VerdictRow[]> {
  const rows = await findRows(reader, environmentId);
  return rows.map((row, position) => ({
    id: row.id,
    number: row.number,
    kind: row.kind,
    words: row.words,
    by: row.givenByName,
    at: row.at,
    releaseNumber: row.release.number,
    digest: row.imageDigest,
    commit: row.commit,
    checklist: readChecklist(row.checklist),
    evidence: row.evidence.map(({ mediaType, ...picture }) => ({ ...picture, type: mediaType })),
    ...worthOf(row, rows[position - 1], standing),
  }));
}

/** The newest is worth what its standing says; one before it was answered by the next, or made void before that. */
function worthOf(row: Row, next: Row | undefined, standing: Standing): Pick<VerdictRow, "worth" | "voidedBy"> {
  if (next === undefined) {
    if (standing.state !== "void") return { worth: standing.state === "none" ? "superseded" : "stands", voidedBy: null };
    return { worth: "void", voidedBy: standing.changes.map(changeWords).join("; ") };
  }
  if (next.imageDigest !== row.imageDigest) return { worth: "void", voidedBy: `another image went live (release #${next.release.number})` };
  const names = differencesBetween(configurationOf(row.release), configurationOf(next.release)).map(({ name }) => name);
  return names.length === 0 ? { worth: "superseded", voidedBy: null } : { worth: "void", voidedBy: `${names.join(", ")} changed` };
}

const idSchema = z.uuid();

/** A picture with its bytes: one of a verdict for whoever may view the environment, one that belongs to none yet for who uploaded it. */
export async function getEvidence(
  reader: Pick<Reader, "database">,
  actor: Actor,
  id: string,
): Promise<{ type: string; bytes: Uint8Array }> {
  if (!idSchema.safeParse(id).success) throw new BerthError("not_found");
  const row = await reader.database.verdictEvidence.findFirst({
    where: { id, project: { deletedAt: null } },
    select: { projectId: true, verdictId: true, uploadedById: true, environment: { select: { stage: { select: { kind: true } } } } },
  });
  if (row === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: row.projectId, stageKind: row.environment.stage.kind }));
  if (row.verdictId === null && row.uploadedById !== actor.id) throw new BerthError("not_found");
  const { mediaType, bytes } = await reader.database.verdictEvidence.findUniqueOrThrow({
    where: { id },
    select: { mediaType: true, bytes: true },
  });
  return { type: mediaType, bytes };
}
