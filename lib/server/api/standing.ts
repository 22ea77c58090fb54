import type { z } from "zod";

import type { Standing } from "#lib/domain/verdicts/standing.ts";
import { changeWords } from "#lib/domain/verdicts/words.ts";

import type { standingSchema } from "./schemas.ts";

/** A standing as the REST interface says it. */
export function standingJson(standing: Standing): z.input<typeof standingSchema> {
  if (standing.state === "none") return { state: "none", reason: null, changes: [], verdict: null };
  const { id, givenByName, at, words, releaseNumber } = standing.verdict;
  return {
    state: standing.state,
    reason: standing.state === "void" ? standing.reason : null,
    changes: standing.state === "void" ? standing.changes.map((change) => ({ ...change, words: changeWords(change) })) : [],
    verdict: { id, by: givenByName, at, comment: words, release: releaseNumber },
  };
}
