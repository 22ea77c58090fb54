import { Ban, CircleCheck, MailOpen, ShieldCheck } from "lucide-react";

import { Badge } from "#components/ui/badge.tsx";
import type { PersonState } from "#lib/domain/people/schema.ts";

/** Whether somebody may sign in. */
export function StateBadge({ state }: { readonly state: PersonState }) {
  switch (state) {
    case "active":
      return (
        <Badge tone="good" icon={<CircleCheck aria-hidden />}>
          active
        </Badge>
      );
    case "invited":
      return (
        <Badge tone="busy" icon={<MailOpen aria-hidden />}>
          invited
        </Badge>
      );
    case "disabled":
      return (
        <Badge tone="warn" icon={<Ban aria-hidden />}>
          disabled
        </Badge>
      );
  }
}

export function AdminBadge() {
  return (
    <Badge tone="accent" icon={<ShieldCheck aria-hidden />}>
      admin
    </Badge>
  );
}
