import { MonitorSmartphone } from "lucide-react";

import { deviceWords } from "#components/account/device-words.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { PersonDetails, PersonSession, PersonToken } from "#lib/domain/people/queries.ts";
import { providerKinds } from "#lib/domain/people/schema.ts";

/** Where somebody is signed in. */
export function PersonSessions({ sessions }: { readonly sessions: readonly PersonSession[] }) {
  return (
    <Section title="Sessions" description="Ended all at once by “Sign out everywhere”." bodyClassName="">
      {sessions.length === 0 ? (
        <p className="text-faint px-4 py-3 text-sm">Not signed in anywhere.</p>
      ) : (
        <ul className="divide-y">
          {sessions.map((session) => (
            <li key={session.id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
              <MonitorSmartphone aria-hidden className="text-faint size-4 shrink-0" />
              <div className="min-w-0 flex-1">
                <p className="truncate" title={session.userAgent ?? undefined}>
                  {deviceWords(session.userAgent)}
                </p>
                <p className="text-faint text-xs">
                  Since <RelativeTime at={session.createdAt} /> · seen <RelativeTime at={session.lastSeenAt} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** The identity providers that somebody is linked to, and the way to end that; nothing where there are none. */
export function PersonIdentities({ person, unlink }: { readonly person: PersonDetails; readonly unlink: FormAction }) {
  const kinds = providerKinds.flatMap((kind) => {
    const names = person.signsInBy.filter((name) => name.startsWith(`${kind}:`));
    return names.length === 0 ? [] : [{ kind, names }];
  });
  if (kinds.length === 0) return null;
  return (
    <Section title="Identity providers" description="Whoever signs in there as this person signs in here." bodyClassName="">
      <ul className="divide-y">
        {kinds.map(({ kind, names }) => (
          <li key={kind} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm">
            <p className="foreign min-w-0 flex-1 basis-52">{names.join(", ")}</p>
            <ConfirmButton
              size="sm"
              action={unlink}
              values={{ person: person.id, provider: kind }}
              label={`Unlink ${kind}`}
              words={{
                title: `Unlink ${person.name} from ${names.join(", ")}?`,
                changes: ["That sign-in leads here no more.", "Every session of this person ends."],
                undo: "Without a password, the next sign-in there with the same verified e-mail address links it again.",
                confirm: "Unlink",
              }}
            >
              Unlink
            </ConfirmButton>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Somebody's API tokens: what each may be used for and when it was, and the way to end it. */
export function PersonTokens({
  person,
  tokens,
  revoke,
}: {
  readonly person: string;
  readonly tokens: readonly PersonToken[];
  readonly revoke: FormAction;
}) {
  return (
    <Section title="API tokens" description="Never more than the person’s own rights." bodyClassName="">
      {tokens.length === 0 ? (
        <p className="text-faint px-4 py-3 text-sm">No tokens. Everybody makes his own on the account page.</p>
      ) : (
        <ul className="divide-y">
          {tokens.map((token) => (
            <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm">
              <TokenFacts token={token} />
              <ConfirmButton
                size="sm"
                action={revoke}
                values={{ person, token: token.id }}
                label={`Revoke ${token.name}`}
                words={{
                  title: `Revoke ${token.name}?`,
                  changes: ["Whatever uses it is refused from now on."],
                  undo: "It cannot be undone. The person can make a new token.",
                  confirm: `Revoke ${token.name}`,
                }}
              >
                Revoke
              </ConfirmButton>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function TokenFacts({ token }: { readonly token: PersonToken }) {
  return (
    <>
      <div className="min-w-0 flex-1 basis-52">
        <p className="flex items-center gap-2">
          <bdi className="truncate font-medium">{token.name}</bdi>
          <code className="text-faint font-mono text-xs">…{token.hint}</code>
        </p>
        <p className="text-faint foreign text-xs">
          {token.projects === null ? "All projects" : `Only ${token.projects.join(", ") || "projects that are gone"}`} ·{" "}
          {token.verbs === null ? "all verbs" : token.verbs.join(", ")} ·{" "}
          {token.lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              used <RelativeTime at={token.lastUsedAt} />
            </>
          )}
        </p>
      </div>
      {token.expiresAt !== null && (
        <Badge tone={token.ended ? "neutral" : "warn"}>
          {token.ended ? "ended" : "ends"}&nbsp;
          <RelativeTime at={token.expiresAt} />
        </Badge>
      )}
    </>
  );
}
