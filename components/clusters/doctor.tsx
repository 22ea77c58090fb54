import { ActionButton } from "#components/ui/action-button.tsx";
import { Section } from "#components/ui/card.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ClusterDetails } from "#lib/domain/clusters/queries.ts";
import { findingTitles } from "#lib/domain/clusters/words-of-findings.ts";

import { FindingBadge } from "./cluster-badge.tsx";

/** What the doctor found, in words, with the way out of each trouble. */
export function Doctor({ cluster, check }: { readonly cluster: ClusterDetails; readonly check: FormAction }) {
  const { findings, checking, checkedAt } = cluster;
  return (
    <Section
      title="Doctor"
      description={
        checkedAt === null ? (
          "Looks at everything that Berth depends on at this cluster."
        ) : (
          <>
            Looked <RelativeTime at={checkedAt} />; looks again every ten minutes.
          </>
        )
      }
      action={
        checking ? (
          <span className="text-muted flex items-center gap-2 text-xs" role="status">
            <Spinner />
            Checking…
          </span>
        ) : (
          <ActionButton action={check} values={{ cluster: cluster.id }} size="sm">
            Check now
          </ActionButton>
        )
      }
      bodyClassName=""
    >
      {findings === null || findings.length === 0 ? (
        <p className="text-muted px-4 py-4 text-sm">Nothing yet: what is found appears here by itself.</p>
      ) : (
        <ul className="divide-y">
          {findings.map((finding) => (
            <li key={finding.code} data-finding={finding.code} className="grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[13rem_6rem_1fr]">
              <h3 className="text-sm font-medium">{findingTitles[finding.code]}</h3>
              <span className="flex h-5 items-center">
                <FindingBadge state={finding.state} />
              </span>
              <div className="min-w-0 text-sm">
                <p className="foreign">{finding.words}</p>
                {finding.wayOut !== null && <p className="foreign text-muted mt-0.5 text-xs">{finding.wayOut}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
