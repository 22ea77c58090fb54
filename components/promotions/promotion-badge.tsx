import { type Status, StatusBadge } from "#components/ui/status-badge.tsx";
import type { PromotionSummary } from "#lib/domain/promotions/queries.ts";

const looks: Readonly<Record<PromotionSummary["status"], { readonly status: Status; readonly word: string }>> = {
  requested: { status: "waiting", word: "Waits for a second person" },
  waiting: { status: "waiting", word: "Waiting" },
  started: { status: "deploying", word: "Under way" },
  done: { status: "done", word: "Done" },
  failed: { status: "failed", word: "Failed" },
  withdrawn: { status: "cancelled", word: "Withdrawn" },
  refused: { status: "failed", word: "Refused" },
};

/** How a promotion is doing. */
export function PromotionBadge({ promotion }: { readonly promotion: Pick<PromotionSummary, "status" | "rolledBackAt"> }) {
  const { status, word } = looks[promotion.status];
  return promotion.rolledBackAt === null ? <StatusBadge status={status} word={word} /> : <StatusBadge status="failed" word="Rolled back" />;
}
