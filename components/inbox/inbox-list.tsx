import {
  CircleX,
  ClipboardCheck,
  FolderGit2,
  Inbox,
  type LucideIcon,
  Mail,
  OctagonAlert,
  ServerCrash,
  Snowflake,
  ThumbsDown,
  ThumbsUp,
  UserCheck,
} from "lucide-react";

import { environmentHref, projectHref } from "#components/environments/address.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { InboxItem, InboxTarget } from "#lib/domain/inbox/kind.ts";
import type { InboxKind } from "#lib/domain/inbox/kinds.ts";

const icons: Record<InboxKind, LucideIcon> = {
  "deployment-failed": CircleX,
  "push-failed": CircleX,
  "work-rejected": ThumbsDown,
  "environment-crashing": OctagonAlert,
  "verdict-wanted": ClipboardCheck,
  "promotion-possible": ThumbsUp,
  "approval-wanted": UserCheck,
  "promotion-held": Snowflake,
  "repository-unreadable": FolderGit2,
  "invitation-ends": Mail,
  "part-unwell": ServerCrash,
};

/** What waits for the reader: what it is, why it waits for him, since when, and who else could see to it. */
export function InboxList({ items }: { readonly items: ReadonlyArray<InboxItem & { readonly kind: InboxKind }> }) {
  if (items.length === 0)
    return (
      <EmptyState icon={<Inbox aria-hidden />} title="Nothing waits for you">
        What waits for you appears here until somebody has seen to it: deployments of yours that failed, work of yours that was rejected,
        and what you can judge, promote or agree to.
      </EmptyState>
    );
  return (
    <ul className="divide-y">
      {items.map((item) => {
        const Icon = icons[item.kind];
        return (
          <li key={item.id} data-kind={item.kind} className="hover:bg-hover relative flex gap-3 px-4 py-3.5 transition-colors">
            <span className="bg-canvas text-faint mt-0.5 grid size-8 shrink-0 place-items-center rounded-sm border">
              <Icon aria-hidden className="size-4" />
            </span>
            <div className="min-w-0 flex-1">
              <h2 className="text-sm font-medium">
                <Link href={hrefOf(item.target)} className="rounded-xs after:absolute after:inset-0 after:content-['']">
                  <span className="foreign">{item.what}</span>
                </Link>
              </h2>
              <p className="text-muted foreign mt-0.5 text-sm text-pretty">{item.why}</p>
              <p className="text-faint mt-1 text-xs">Who else could see to it: {item.others}</p>
            </div>
            <span className="text-faint shrink-0 text-xs whitespace-nowrap">
              {item.since !== null && <RelativeTime at={item.since} short />}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function hrefOf(target: InboxTarget): string {
  switch (target.type) {
    case "environment":
      return environmentHref(target.project, target.name);
    case "deployment":
      return `/deployments/${encodeURIComponent(target.id)}`;
    case "refs":
      return `${projectHref(target.project)}/refs`;
    case "promotion":
      return `${projectHref(target.project)}/promotions/${encodeURIComponent(target.id)}`;
    case "settings":
      return `${projectHref(target.project)}/settings`;
    case "person":
      return `/people/${encodeURIComponent(target.id)}`;
    case "health":
      return "/health";
  }
}
