import { ArrowRight, Database, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { Difference } from "#lib/domain/promotions/differences.ts";
import type { Plan } from "#lib/domain/promotions/dry-run.ts";

import { Commits } from "./commits.tsx";

/** A dry run in full: images, commits, variables, settings, migrations, how long it takes, and what keeps it. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  return (
    <dl className="space-y-3 text-sm">
      <Row term="Image">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {plan.running === null ? (
            <span className="text-faint">nothing yet</span>
          ) : (
            <>
              <Digest digest={plan.running.digest} /> <span className="text-faint text-xs">#{plan.running.release}</span>
            </>
          )}
          <ArrowRight aria-hidden className="text-faint size-3.5" />
          <span className="sr-only">to</span>
          <Digest digest={plan.from.digest} />
          <span className="text-faint text-xs">{plan.sameImage ? "the same image" : "as it was built, never rebuilt"}</span>
        </span>
      </Row>
      <Row term="Commits">
        <Commits range={plan.commits} />
      </Row>
      <Migrations plan={plan} />
      <Row term="Variables">
        {plan.variables === null ? (
          <span className="text-muted">{hiddenWords(plan.variablesCount)}</span>
        ) : (
          <Differences differences={plan.variables} none="None differ." />
        )}
      </Row>
      {plan.settings.length > 0 && (
        <Row term="Settings">
          <Differences differences={plan.settings} none="" />
        </Row>
      )}
      <Row term="Size and time">
        <span className="text-muted">
          {plan.instances} {plan.instances === 1 ? "instance" : "instances"}
          {plan.usualMs !== null && <> · usually {durationText(plan.usualMs)} until it answers</>}
          {plan.approvals > 0 && <> · a second person has to agree first</>}
        </span>
      </Row>
      {plan.blockers.length > 0 && (
        <Row term="What keeps it">
          <ul className="space-y-1">
            {plan.blockers.map((blocker) => (
              <li key={blocker.code} data-blocker={blocker.code} className="flex items-start gap-1.5">
                <TriangleAlert aria-hidden className="text-warn mt-0.5 size-3.5 shrink-0" />
                <span className="foreign wrap-anywhere">
                  {blocker.words} <span className="text-muted">Who can clear it: {blocker.clearedBy}.</span>
                </span>
              </li>
            ))}
          </ul>
        </Row>
      )}
    </dl>
  );
}

/** For whoever may not read them there. */
function hiddenWords(count: number): string {
  if (count === 0) return "None differ.";
  return count === 1
    ? "1 differs; its name is for whoever may configure there."
    : `${count} differ; their names are for whoever may configure there.`;
}

function Row({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-faint mb-1 text-xs font-medium">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Migrations({ plan }: { readonly plan: Plan }) {
  if (plan.commits.state !== "known" || plan.commits.migrations.length === 0) return null;
  const { migrations } = plan.commits;
  return (
    <Row term="Migrations touched">
      <ul className="max-h-28 space-y-0.5 overflow-y-auto" tabIndex={0} aria-label="Migrations touched">
        {migrations.map((path) => (
          <li key={path} className="flex items-center gap-1.5">
            <Database aria-hidden className="text-warn size-3.5 shrink-0" />
            <code className="min-w-0 truncate font-mono text-xs" title={path}>
              {path}
            </code>
          </li>
        ))}
      </ul>
    </Row>
  );
}

const changeWords = { added: "new", removed: "gone", changed: "changed" } as const;

function Differences({ differences, none }: { readonly differences: readonly Difference[]; readonly none: string }) {
  if (differences.length === 0) return <span className="text-muted">{none}</span>;
  return (
    <ul className="max-h-40 space-y-1 overflow-y-auto" tabIndex={0} aria-label="What differs">
      {differences.map((difference) => (
        <li key={difference.name} className="flex min-w-0 flex-wrap items-center gap-x-2">
          <code className="font-mono text-xs">{difference.name}</code>
          <span className="text-faint text-xs">{changeWords[difference.change]}</span>
          {!difference.secret && (
            <span className="text-muted min-w-0 font-mono text-xs wrap-anywhere">
              {difference.before ?? "–"} → {difference.after ?? "–"}
            </span>
          )}
          {difference.secret && <span className="text-faint text-xs">secret</span>}
        </li>
      ))}
    </ul>
  );
}

/** What is carried, in one line. */
export function Carried({ digest, commit }: { readonly digest: string; readonly commit: string }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3">
      <Digest digest={digest} />
      <CommitRef commit={commit} />
    </span>
  );
}
