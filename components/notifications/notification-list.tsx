import { BellOff, CircleCheck, CircleX, Gavel, type LucideIcon, OctagonAlert, Rocket, Snowflake, Tag, Undo2 } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ToldKind } from "#lib/core/event-kinds.ts";
import type { NotificationItem } from "#lib/domain/notifications/queries.ts";

const icons: Record<ToldKind, LucideIcon> = {
  "verdict.given": Gavel,
  "verdict.voided": Gavel,
  "promotion.requested": Rocket,
  "promotion.approved": Rocket,
  "promotion.withdrawn": Rocket,
  "promotion.started": Rocket,
  "deployment.live": CircleCheck,
  "deployment.failed": CircleX,
  "rollback.started": Undo2,
  "ref.tag_moved": Tag,
  "freeze.overridden": Snowflake,
  "checks.failed": CircleX,
  "environment.crashing": OctagonAlert,
  "job.failed": CircleX,
  "image.drifted": OctagonAlert,
};

/** What the reader was told, the newest first: what happened, why he is told, when. */
export function NotificationList({ items, markRead }: { readonly items: readonly NotificationItem[]; readonly markRead: FormAction }) {
  if (items.length === 0)
    return (
      <EmptyState icon={<BellOff aria-hidden />} title="Nothing to tell">
        Verdicts, promotions and deployments that concern you appear here. Choose which under “What you are told”.
      </EmptyState>
    );
  return (
    <ul className="divide-y">
      {items.map((item) => (
        <NotificationLine key={item.id} item={item} markRead={markRead} />
      ))}
    </ul>
  );
}

function NotificationLine({ item, markRead }: { readonly item: NotificationItem; readonly markRead: FormAction }) {
  const Icon = icons[item.kind];
  return (
    <li
      data-kind={item.kind}
      className="hover:bg-hover relative flex flex-wrap gap-x-3 gap-y-1 px-4 py-3.5 transition-colors sm:flex-nowrap"
    >
      <span className="bg-canvas text-faint mt-0.5 grid size-8 shrink-0 place-items-center rounded-sm border">
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="flex items-center gap-2 text-sm font-medium">
          <Link href={item.href} className="min-w-0 rounded-xs after:absolute after:inset-0 after:content-['']">
            <span className="foreign">{item.headline}</span>
          </Link>
          {!item.read && <span className="bg-accent text-on-accent text-2xs shrink-0 rounded-full px-1.5 py-px font-semibold">new</span>}
        </h2>
        {item.message !== null && <p className="text-muted foreign mt-0.5 text-sm text-pretty">{item.message}</p>}
        <p className="text-faint mt-1 text-xs">
          <bdi>{item.project}</bdi> · told because {item.because}
          {item.by !== null && (
            <>
              {" "}
              · by <bdi>{item.by}</bdi>
            </>
          )}
        </p>
      </div>
      <span className="text-faint flex shrink-0 items-start gap-2 text-xs whitespace-nowrap">
        <RelativeTime at={item.at} short />
        {!item.read && (
          <span className="relative z-10">
            <ActionButton action={markRead} values={{ id: item.id }} size="sm" label={`Mark as read: ${item.headline}`}>
              Read
            </ActionButton>
          </span>
        )}
      </span>
    </li>
  );
}
