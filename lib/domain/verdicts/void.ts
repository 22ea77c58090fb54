import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { configurationOf, differencesBetween } from "./configuration.ts";
import { standingsOf } from "./standing.ts";
import { changeWords } from "./words.ts";

interface Place {
  readonly id: string;
  readonly projectId: string;
}

const configuration = { variables: true, cpus: true, mem: true, port: true, healthPath: true, app: true } as const;

/**
 * Tells that a verdict counts no more, in the transaction that made another release live: once, when it was given on what was live until
 * now. Nothing is stored: whether a verdict stands is always worked out anew.
 */
export async function tellVoided(tx: Transaction, environment: Place, liveBefore: string | null): Promise<void> {
  if (liveBefore === null) return;
  const standing = (await standingsOf(tx, [environment.id])).get(environment.id);
  if (standing?.state !== "void") return;
  const { verdict, changes, reason } = standing;
  const read = (id: string) =>
    tx.release.findUniqueOrThrow({ where: { id }, select: { ...configuration, image: { select: { digest: true } } } });
  const [judged, before] = [await read(verdict.releaseId), await read(liveBefore)];
  const stoodBefore =
    judged.image.digest === before.image.digest && differencesBetween(configurationOf(judged), configurationOf(before)).length === 0;
  if (!stoodBefore) return;
  const [change] = changes;
  await appendEvent(tx, {
    kind: "verdict.voided",
    projectId: environment.projectId,
    environmentId: environment.id,
    message: `The verdict of ${verdict.givenByName} counts no more: ${change === undefined ? "something changed" : changeWords(change)}`,
    detail: { verdictId: verdict.id, judgeId: verdict.givenById, reason, changed: changes.map(({ name }) => name).slice(0, 20) },
  });
}
