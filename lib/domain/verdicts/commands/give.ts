import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { Actor } from "../../access/policy.ts";
import { defineCommand } from "../../command.ts";
import { type LoadedEnvironment, lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { checklistOf } from "../checklist.ts";
import { configurationFingerprint } from "../configuration.ts";
import { whyNotApprove } from "../gates.ts";
import { type Live, changesSince, readLive } from "../live.ts";
import { authorsOf, isOwnWork } from "../own-work.ts";
import { type ChecklistAnswer, giveVerdictInput } from "../schema.ts";
import { standingStates } from "../standing.ts";
import { changeWords, didWords, quoted, verdictWords } from "../words.ts";

/**
 * Gives a verdict on exactly what is live in an environment. Throws `not_live` where nothing is or, for an approval, where it does not answer;
 * `verdict_outdated` when another release went live since he looked; `verdict_meanwhile` when somebody else judged since;
 * `configuration_pending` for an approval of what the next deployment would change; `own_commit` for one's own work.
 */
export const giveVerdict = defineCommand({
  name: "verdict.give",
  input: giveVerdictInput,
  async load(tx, { environment: id }, actor) {
    const environment = await lockVisibleEnvironment(tx, actor, id);
    const { health, stage } = await tx.environment.findUniqueOrThrow({
      where: { id },
      select: { health: true, stage: { select: { name: true } } },
    });
    const newest = await tx.verdict.findFirst({
      where: { environmentId: id },
      orderBy: { number: "desc" },
      select: { id: true, number: true, kind: true, words: true, givenByName: true },
    });
    return { ...environment, health, stageName: stage.name, newest };
  },
  verb: "verdict",
  object: policyObject,
  async perform(tx, environment, input, actor) {
    if (actor.id === null) throw new BerthError("forbidden");
    const live = (await readLive(tx, [environment.id])).get(environment.id);
    if (live === undefined)
      throw new BerthError("not_live", { detail: `Nothing is live in ${environment.name}: there is nothing to judge.` });
    await refuseOutdated(tx, live, input.release);
    if (input.seen !== undefined && input.seen !== (environment.newest?.id ?? "none")) throw meanwhile(environment.newest);
    const authors = (await authorsOf(tx, [live.imageId])).get(live.imageId);
    if (isOwnWork(authors, actor))
      throw new BerthError("own_commit", { detail: `${live.commit.slice(0, 7)} is your own work: somebody else has to judge it.` });
    if (input.verdict === "approve") refuseUnready(environment, live);
    const checklist = await answersOf(tx, environment, live, input.checklist);
    const created = await tx.verdict.create({
      data: {
        projectId: environment.projectId,
        environmentId: environment.id,
        number: (environment.newest?.number ?? 0) + 1,
        releaseId: live.releaseId,
        imageId: live.imageId,
        imageDigest: live.imageDigest,
        commit: live.commit,
        fingerprint: configurationFingerprint(live.configuration),
        kind: input.verdict,
        words: input.words,
        checklist: checklist.map(({ item, ok }) => ({ item, ok })),
        givenById: actor.id,
        givenByName: actor.name,
      },
      select: { id: true, number: true },
    });
    await attach(tx, environment.id, actor.id, created.id, input.evidence);
    await announce(tx, environment, live, { ...input, id: created.id, authorEmails: [...(authors?.emails ?? [])] }, actor);
    return { ...created, releaseNumber: live.releaseNumber, digest: live.imageDigest };
  },
  subject: (environment, { verdict, words, evidence }, { id, number, releaseNumber, digest }) => ({
    objectType: "verdict",
    objectId: id,
    objectName: `#${number} on ${environment.name}`,
    projectId: environment.projectId,
    environmentId: environment.id,
    detail: { verdict, words: words.slice(0, 500), release: releaseNumber, digest, pictures: evidence.length },
  }),
});

type Loaded = LoadedEnvironment & { readonly health: string; readonly stageName: string };

async function refuseOutdated(tx: Transaction, live: Live, seen: string | undefined): Promise<void> {
  if (seen === undefined || seen === live.releaseId) return;
  const before = await tx.release.findFirst({
    where: { id: seen, environmentId: live.environmentId },
    select: { number: true, commit: true, image: { select: { digest: true } } },
  });
  // An id of elsewhere is told nothing of.
  const was = before === null ? "You looked at something else" : `You looked at release #${before.number}`;
  const is = `release #${live.releaseNumber} (commit ${live.commit.slice(0, 7)}, image ${live.imageDigest.slice(7, 19)}) is live now`;
  const same = before?.image.digest === live.imageDigest ? "; the image is the same, its configuration is another" : "";
  throw new BerthError("verdict_outdated", { detail: `${was}; ${is}${same}.` });
}

function meanwhile(newest: { kind: "approve" | "reject" | "not_testable"; words: string; givenByName: string } | null): BerthError {
  if (newest === null) return new BerthError("verdict_meanwhile");
  const said = newest.words === "" ? "" : ` ${quoted(newest.words)}`;
  return new BerthError("verdict_meanwhile", { detail: `${newest.givenByName} ${didWords[newest.kind]} meanwhile.${said}` });
}

function refuseUnready(environment: Loaded, live: Live): void {
  const reason = whyNotApprove(environment);
  if (reason !== null) throw new BerthError("not_live", { detail: reason });
  const [change] = changesSince(live.configuration, [live.pending], live.facts);
  if (change !== undefined) throw new BerthError("configuration_pending", { detail: `${changeWords(change)}, and is not deployed yet.` });
}

/** The answers in the order of the list; what was not answered was not looked at. What is not on the list is a mistake. */
async function answersOf(
  tx: Transaction,
  { projectId, stageName }: Loaded,
  live: Live,
  given: readonly ChecklistAnswer[],
): Promise<ChecklistAnswer[]> {
  const items = await checklistOf(tx, { projectId, commit: live.commit, stageName });
  const unknown = given.find(({ item }) => !items.includes(item));
  if (unknown !== undefined)
    throw new BerthError("invalid_input", { fields: { checklist: `“${unknown.item}” is not on the checklist of this commit.` } });
  return items.map((item) => ({ item, ok: given.find((answer) => answer.item === item)?.ok ?? null }));
}

/** Only pictures he uploaded himself for this environment, and each for one verdict. */
async function attach(tx: Transaction, environmentId: string, personId: string, verdictId: string, ids: readonly string[]): Promise<void> {
  for (const [position, id] of [...new Set(ids)].entries()) {
    const { count } = await tx.verdictEvidence.updateMany({
      where: { id, environmentId, uploadedById: personId, verdictId: null },
      data: { verdictId, position },
    });
    if (count === 0)
      throw new BerthError("invalid_input", {
        fields: { evidence: "A picture is not there any more: add it again, then send the verdict." },
      });
  }
}

interface Given {
  readonly id: string;
  readonly verdict: "approve" | "reject" | "not_testable";
  readonly words: string;
  readonly authorEmails: readonly string[];
}

async function announce(tx: Transaction, environment: LoadedEnvironment, live: Live, given: Given, actor: Actor): Promise<void> {
  const [deployment] = await tx.deployment.findMany({
    where: { releaseId: live.releaseId },
    orderBy: { number: "desc" },
    take: 1,
    select: { id: true, requestedById: true },
  });
  const said = given.words === "" ? "" : `: ${quoted(given.words)}`;
  await appendEvent(tx, {
    kind: "verdict.given",
    projectId: environment.projectId,
    environmentId: environment.id,
    deploymentId: deployment?.id ?? null,
    actorName: actor.name,
    message: `${verdictWords[given.verdict]}: release #${live.releaseNumber}${said}`,
    detail: {
      verdictId: given.id,
      verdict: standingStates[given.verdict],
      words: given.words.slice(0, 1_000),
      commit: live.commit,
      digest: live.imageDigest,
      ref: environment.refName,
      release: live.releaseNumber,
      authorEmail: given.authorEmails[0] ?? null,
      requestedById: deployment?.requestedById ?? null,
      actorId: actor.id,
    },
  });
}
