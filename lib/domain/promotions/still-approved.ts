import { BerthError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

import { didWords, quoted } from "../verdicts/words.ts";

/**
 * Why a promotion that has started must not go on into a stage that asks for a verdict: between its start and its first task there may lie
 * checks, a queue and days of a freeze. Null while the last word on this very image, where it comes from, is a yes; that something newer
 * runs there by now does not matter.
 */
export async function whyNotApproved(
  database: Database | Pick<Transaction, "promotion" | "verdict">,
  promotionId: string,
): Promise<BerthError | null> {
  const { kind, fromEnvironmentId, digest } = await database.promotion.findUniqueOrThrow({
    where: { id: promotionId },
    select: { kind: true, fromEnvironmentId: true, digest: true },
  });
  if (kind !== "promotion") return null;
  const last = await database.verdict.findFirst({
    where: { environmentId: fromEnvironmentId, imageDigest: digest },
    orderBy: { number: "desc" },
    select: { kind: true, words: true, givenByName: true },
  });
  if (last?.kind === "approve") return null;
  if (last === null) return new BerthError("verdict_missing");
  const detail = `${last.givenByName} ${didWords[last.kind]} after the promotion had started: ${quoted(last.words)}`;
  return new BerthError(last.kind === "reject" ? "rejected" : "not_testable", { detail });
}
