import { CircleCheck, CircleDashed, CircleX, ClipboardCheck } from "lucide-react";

import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { VerdictHistory as History, VerdictRow } from "#lib/domain/verdicts/queries.ts";

import { EvidenceImage } from "./evidence-image.tsx";
import { KindBadge } from "./kind-badge.tsx";

/** What testers said here, the newest first, and what each word is worth by now. */
export function VerdictHistory({ history }: { readonly history: History }) {
  const { verdicts, moreVerdicts } = history;
  return (
    <Section title="Verdicts" description="Each is about one image with one configuration. The newest counts." bodyClassName="">
      {verdicts.length === 0 ? (
        <EmptyState icon={<ClipboardCheck aria-hidden />} title="No verdict yet">
          Whoever may give verdicts here does so on the overview, after trying what runs.
        </EmptyState>
      ) : (
        <ol className="divide-y">
          {verdicts.map((verdict) => (
            <Verdict key={verdict.id} verdict={verdict} />
          ))}
        </ol>
      )}
      {moreVerdicts > 0 && <p className="text-faint border-t px-4 py-2.5 text-xs">{moreVerdicts} older ones are kept and not listed.</p>}
    </Section>
  );
}

function Verdict({ verdict }: { readonly verdict: VerdictRow }) {
  return (
    <li className="space-y-2 px-4 py-3.5 text-sm" id={`verdict-${verdict.number}`}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h3 className="sr-only">Verdict #{verdict.number}</h3>
        <KindBadge kind={verdict.kind} />
        <span className="font-medium">
          <bdi>{verdict.by}</bdi>
        </span>
        <span className="text-faint text-xs">
          <RelativeTime at={verdict.at} />
        </span>
        {verdict.worth !== "stands" && <Badge>{verdict.worth === "void" ? "Void" : "A later one counts"}</Badge>}
      </div>
      {verdict.voidedBy !== null && <p className="text-muted foreign text-xs">Void: {verdict.voidedBy}</p>}
      {verdict.words !== "" && <p className="foreign max-w-prose wrap-anywhere whitespace-pre-wrap">{verdict.words}</p>}
      <Answers verdict={verdict} />
      <Pictures verdict={verdict} />
      <p className="text-muted flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
        Release #{verdict.releaseNumber} <Digest digest={verdict.digest} /> <CommitRef commit={verdict.commit} />
      </p>
    </li>
  );
}

function Answers({ verdict }: { readonly verdict: VerdictRow }) {
  if (verdict.checklist.length === 0) return null;
  return (
    <ul className="space-y-1 text-xs">
      {verdict.checklist.map(({ item, ok }) => (
        <li key={item} className="flex items-start gap-1.5">
          {ok === true && <CircleCheck aria-hidden className="text-good mt-0.5 size-3.5 shrink-0" />}
          {ok === false && <CircleX aria-hidden className="text-bad mt-0.5 size-3.5 shrink-0" />}
          {ok === null && <CircleDashed aria-hidden className="text-faint mt-0.5 size-3.5 shrink-0" />}
          <span className="foreign">
            {item} <span className="text-faint">({ok === null ? "not looked at" : ok ? "works" : "does not work"})</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Pictures({ verdict }: { readonly verdict: VerdictRow }) {
  if (verdict.evidence.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-2">
      {verdict.evidence.map(({ id, width, height }, position) => (
        <li key={id}>
          <a href={`/evidence/${id}`} target="_blank" rel="noreferrer" className="block rounded-md">
            <EvidenceImage
              id={id}
              label={`Screenshot ${position + 1} of verdict #${verdict.number}`}
              size={{ width, height }}
              className="h-28 w-auto max-w-60 rounded-md border object-cover"
            />
          </a>
        </li>
      ))}
    </ul>
  );
}
