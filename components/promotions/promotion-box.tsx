import { ArrowRight } from "lucide-react";

import { environmentHref } from "#components/environments/address.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { PromotionBox as Box } from "#lib/domain/promotions/box.ts";
import type { Plan } from "#lib/domain/promotions/dry-run.ts";
import type { PromotionSummary } from "#lib/domain/promotions/queries.ts";

import { promoteHref, promotionHref } from "./address.ts";
import { ConfirmSheet } from "./confirm-sheet.tsx";
import { ImageCheck } from "./image-check.tsx";
import { PlanView } from "./plan-view.tsx";
import { PromotionBadge } from "./promotion-badge.tsx";

const passing: readonly string[] = ["frozen", "approval_pending"];
const open: readonly string[] = ["requested", "waiting", "started"];

/** Where the release of an environment may go, where it has gone, and whether it is what it should be. */
export function PromotionBox({
  box,
  environment,
  asks,
  promote,
}: {
  readonly box: Box;
  /** The environment's name. */
  readonly environment: string;
  /** The sheet is open. */
  readonly asks: boolean;
  readonly promote: FormAction;
}) {
  const { next, plan, promotions, imageCheck } = box;
  if (next === null && promotions.length === 0 && (imageCheck === null || (!box.gated && imageCheck.state === "same"))) return null;
  const underWay = promotions.find(({ status, to }) => open.includes(status) && to.stage === next?.stage);
  return (
    <Section
      title={next === null ? "Promotion" : `Promotion to ${next.title}`}
      action={
        plan !== null &&
        next !== null &&
        underWay === undefined && (
          <ButtonLink
            href={promoteHref(box.project, environment)}
            scroll={false}
            variant={refusedBy(plan) === null ? "primary" : "secondary"}
          >
            Promote to {next.title}…
            <ArrowRight aria-hidden />
          </ButtonLink>
        )
      }
    >
      <div className="space-y-3">
        {next !== null && plan !== null && underWay === undefined && <Readiness plan={plan} title={next.title} />}
        {imageCheck !== null && <ImageCheck check={imageCheck} />}
        <Recent promotions={promotions} project={box.project} />
      </div>
      {asks && plan !== null && next !== null && underWay === undefined && (
        <ConfirmSheet
          words={{
            title: `Promote ${environment} to ${next.title}?`,
            undo: "Roll back from the history of the environment it goes to; what answers there goes on answering until the new release is healthy.",
            confirm: `Promote to ${next.title}`,
          }}
          action={promote}
          values={{ project: box.project, environment: box.environmentId, to: next.stage, digest: plan.from.digest }}
          closeHref={environmentHref(box.project, environment)}
          frozen={box.frozen === null ? null : `${next.title} is frozen: ${box.frozen.title}.`}
          refused={refusedBy(plan)}
        >
          <PlanView plan={plan} />
        </ConfirmSheet>
      )}
    </Section>
  );
}

/** The first thing that does not pass by itself. */
function refusedBy(plan: Plan): string | null {
  return plan.blockers.find(({ code }) => !passing.includes(code))?.words ?? null;
}

function Readiness({ plan, title }: { readonly plan: Plan; readonly title: string }) {
  const refused = refusedBy(plan);
  const waits = plan.blockers.find(({ code }) => passing.includes(code));
  const open = waits === undefined ? `Nothing keeps it from ${title}.` : `It may be asked for and waits: ${waits.words}`;
  const words = refused === null ? open : "Not yet: what keeps it is said above.";
  return <p className="text-muted foreign text-sm">{words}</p>;
}

function Recent({ promotions, project }: { readonly promotions: readonly PromotionSummary[]; readonly project: string }) {
  if (promotions.length === 0) return null;
  return (
    <ul className="divide-y text-sm" aria-label="Promotions">
      {promotions.map((promotion) => (
        <li key={promotion.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
          <PromotionBadge promotion={promotion} />
          <Link href={promotionHref(project, promotion.id)} className="foreign min-w-0 rounded-xs hover:underline">
            {promotion.kind === "rollback"
              ? `Rollback of ${promotion.from}`
              : `${promotion.from} → ${promotion.to.environment ?? promotion.to.title}`}
          </Link>
          <span className="text-faint ml-auto text-xs">
            <bdi>{promotion.askedBy}</bdi> · <RelativeTime at={promotion.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
