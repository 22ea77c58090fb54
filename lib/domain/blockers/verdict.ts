import type { StageKind, Transaction } from "#lib/platform/database/client.ts";

import { authorsOf, isOwnWork } from "../verdicts/own-work.ts";
import { type Standing, standingsOf } from "../verdicts/standing.ts";
import { changeWords, didWords, quoted } from "../verdicts/words.ts";
import type { Blocker } from "./blocker.ts";
import { whoCan } from "./clearers.ts";

/** What the environment's verdict keeps from being carried on; null when it is approved as it runs now. For the gates of a stage that requires one. */
export async function verdictBlocker(
  tx: Pick<Transaction, "$queryRaw" | "variable" | "release">,
  environment: { readonly id: string; readonly name: string; readonly projectId: string; readonly stageKind: StageKind },
): Promise<Blocker | null> {
  const standing = (await standingsOf(tx, [environment.id])).get(environment.id) ?? { state: "none" };
  if (standing.state === "approved") return null;
  const judges = await judgesOf(tx, environment);
  const blocker = blockerOfStanding(standing, environment.name);
  const byAuthor = blocker.code === "rejected" || blocker.code === "not_testable";
  return { ...blocker, clearedBy: byAuthor ? `the author, with a new build; or ${judges}` : judges, expectedAt: null };
}

/** Who can judge what is live there, in words: none of those whose work it is. */
export async function judgesOf(
  tx: Pick<Transaction, "$queryRaw" | "release">,
  environment: { readonly id: string; readonly projectId: string; readonly stageKind: StageKind },
): Promise<string> {
  const live = await tx.release.findFirst({ where: { liveIn: { id: environment.id } }, select: { imageId: true } });
  const authors = live === null ? undefined : (await authorsOf(tx, [live.imageId])).get(live.imageId);
  return whoCan(tx, environment, "verdict", (person) => isOwnWork(authors, person));
}

/** The code and the words of a standing that is not an approval. Pure. */
export function blockerOfStanding(standing: Exclude<Standing, { state: "approved" }>, name: string): Pick<Blocker, "code" | "words"> {
  switch (standing.state) {
    case "none":
      return { code: "verdict_missing", words: `No tester has given a verdict on what runs in ${name}.` };
    case "void": {
      const [change] = standing.changes;
      return {
        code: "verdict_void",
        words: `The verdict on ${name} is void: ${change === undefined ? "something changed" : changeWords(change)}.`,
      };
    }
    case "rejected":
      return { code: "rejected", words: `${standing.verdict.givenByName} ${didWords.reject}: ${quoted(standing.verdict.words)}` };
    case "not_testable":
      return { code: "not_testable", words: `${standing.verdict.givenByName} ${didWords.not_testable}: ${quoted(standing.verdict.words)}` };
  }
}
