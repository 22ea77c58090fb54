import { RotateCw } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { LogPanel } from "#components/logs/log-panel.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { Link } from "#components/ui/link.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StatusBadge } from "#components/ui/status-badge.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { CheckPage } from "#lib/domain/checks/queries.ts";

/** One check: what was run in which image, how it ended, and everything it said. */
export function CheckView({ check, rerun }: { readonly check: CheckPage; readonly rerun: FormAction }) {
  const { project } = check;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: project.name, href: projectHref(project.slug) },
          { label: "Builds", href: `${projectHref(project.slug)}/builds` },
        ]}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <bdi>{check.name}</bdi>
            <StatusBadge status={check.status} />
          </span>
        }
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
            <Digest digest={check.digest} />
            <CommitRef commit={check.commit} />
            {check.startedAt !== null && <Duration from={check.startedAt} to={check.endedAt} />}
            {check.errorText !== null && <span className="foreign text-bad">{check.errorText}</span>}
          </span>
        }
        actions={
          check.mayRerun && (
            <ActionButton action={rerun} values={{ check: check.id }}>
              <RotateCw aria-hidden />
              Run again next time
            </ActionButton>
          )
        }
      />
      <p className="text-muted mt-2 text-xs">
        Run in the built image with one CPU and a gibibyte of memory, without network and secrets, for at most {check.timeoutSeconds} s. The
        result holds for the image wherever it goes.
      </p>
      {check.deployments.length > 0 && (
        <ul aria-label="Deployments that waited for it" className="text-muted mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs">
          {check.deployments.map(({ id, number, environment }) => (
            <li key={id}>
              <Link className="hover:underline" href={`/deployments/${id}`}>
                #{number} of <bdi>{environment}</bdi>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <LogPanel
        title="Output"
        url={`/stream/checks/${check.id}/log`}
        download={`/stream/checks/${check.id}/log?download`}
        waiting="Waiting for the check to say something…"
        className="mt-5 h-[max(26rem,calc(100dvh-16rem))]"
      />
    </>
  );
}
