import type { VerdictRow } from "#lib/domain/verdicts/queries.ts";

import { StandingBadge } from "./standing-badge.tsx";

const states = { approve: "approved", reject: "rejected", not_testable: "not_testable" } as const;

/** What a tester said, whatever it is worth by now. */
export function KindBadge({ kind }: { readonly kind: VerdictRow["kind"] }) {
  return <StandingBadge state={states[kind]} />;
}
