import { MonitorSmartphone } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Account } from "#lib/domain/access/queries.ts";

import { deviceWords } from "./device-words.ts";

/** Where this person is signed in. */
export function Sessions({ sessions, endSession }: { readonly sessions: Account["sessions"]; readonly endSession: FormAction }) {
  return (
    <Section title="Sessions" description="Where you are signed in." bodyClassName="">
      <ul className="divide-y">
        {sessions.map((session) => (
          <li key={session.id} className="flex items-center gap-3 px-4 py-3 text-sm">
            <MonitorSmartphone aria-hidden className="text-faint size-4 shrink-0" />
            <div className="min-w-0 flex-1">
              <p className="truncate" title={session.userAgent ?? undefined}>
                {deviceWords(session.userAgent)}
              </p>
              <p className="text-faint text-xs">
                Since <RelativeTime at={session.createdAt} /> · seen <RelativeTime at={session.lastSeenAt} />
              </p>
            </div>
            {session.current ? (
              <Badge tone="good">this one</Badge>
            ) : (
              <ActionButton size="sm" action={endSession} values={{ id: session.id }} label={`Sign out ${deviceWords(session.userAgent)}`}>
                Sign out
              </ActionButton>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
