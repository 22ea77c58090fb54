import { ArrowUpRight, Ban, RefreshCw } from "lucide-react";

import { environmentHref, projectHref } from "#components/environments/address.ts";
import { cancelWords } from "#components/environments/confirm-words.ts";
import { LogPanel } from "#components/logs/log-panel.tsx";
import { CheckList } from "#components/pipeline/check-list.tsx";
import { promotionHref } from "#components/promotions/address.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonAnchor } from "#components/ui/button.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { isDeploymentOver } from "#lib/core/states.ts";
import type { DeploymentPage } from "#lib/domain/deployments/queries.ts";

import { DeploymentBadge } from "./deployment-badge.tsx";
import { StepTimeline } from "./step-timeline.tsx";
import { triggerWord } from "./words.ts";

interface Actions {
  readonly cancelDeployment: FormAction;
  readonly redeploy: FormAction;
}

/** One deployment: its steps with their times on one side, the build's log on the other. */
export function DeploymentView({ page, actions }: { readonly page: DeploymentPage; readonly actions: Actions }) {
  const { project, environment, deployment, steps } = page;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: project.name, href: projectHref(project.slug) },
          { label: environment.name, href: environmentHref(project.slug, environment.name) },
        ]}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            Deployment #{deployment.number}
            <DeploymentBadge status={deployment.status} step={deployment.step} />
          </span>
        }
        description={<Origin page={page} />}
        actions={<HeaderActions page={page} actions={actions} />}
      />
      {deployment.problem !== null && <Problem className="mt-4" problem={deployment.problem} />}
      <div className="mt-5 grid gap-5 lg:grid-cols-[19rem_minmax(0,1fr)] lg:items-start">
        <section aria-label="Progress" className="bg-surface shadow-card rounded-md border p-4 lg:sticky lg:top-18">
          <StepTimeline steps={steps} />
          <CheckList checks={page.checks} linked={page.mayReadLogs} />
          <Total deployment={deployment} />
        </section>
        <Log page={page} />
      </div>
    </>
  );
}

function Origin({ page }: { readonly page: DeploymentPage }) {
  const { deployment } = page;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs">
      <CommitRef commit={deployment.commit} subject={deployment.subject} className="max-w-full" />
      <span aria-hidden>·</span>
      <span>
        {triggerWord(deployment.trigger)} by <bdi>{deployment.requestedBy ?? "Berth"}</bdi>
      </span>
      <span aria-hidden>·</span>
      <RelativeTime at={deployment.createdAt} />
      {deployment.release !== null && (
        <>
          <span aria-hidden>·</span>
          <span className="inline-flex items-center gap-1.5">
            release #{deployment.release.number} <Digest digest={deployment.release.digest} />
          </span>
        </>
      )}
      {deployment.promotionId !== null && (
        <>
          <span aria-hidden>·</span>
          <Link href={promotionHref(page.project.slug, deployment.promotionId)} className="text-link rounded-xs underline">
            its promotion
          </Link>
        </>
      )}
      {deployment.reason !== null && <span className="foreign basis-full wrap-anywhere">“{deployment.reason}”</span>}
    </span>
  );
}

function HeaderActions({ page, actions }: { readonly page: DeploymentPage; readonly actions: Actions }) {
  const { verbs, deployment, environment } = page;
  return (
    <>
      {verbs.cancel?.reason === null && (
        <ConfirmButton action={actions.cancelDeployment} values={{ deployment: deployment.id }} words={cancelWords(environment.name)}>
          <Ban aria-hidden />
          Cancel
        </ConfirmButton>
      )}
      {verbs.redeploy !== undefined && isDeploymentOver(deployment.status) && (
        <ActionButton action={actions.redeploy} values={{ environment: environment.id }} reason={verbs.redeploy.reason}>
          <RefreshCw aria-hidden />
          Redeploy
        </ActionButton>
      )}
      {deployment.status === "live" && (
        <ButtonAnchor variant="primary" href={environment.url}>
          Open
          <ArrowUpRight aria-hidden />
        </ButtonAnchor>
      )}
    </>
  );
}

function Total({ deployment }: { readonly deployment: DeploymentPage["deployment"] }) {
  return (
    <p className="mt-4 flex items-baseline justify-between border-t pt-3 text-sm">
      <span className="text-muted">{isDeploymentOver(deployment.status) ? "In all" : "So far"}</span>
      <Duration from={deployment.createdAt} to={deployment.endedAt} className="font-medium tabular-nums" />
    </p>
  );
}

function Log({ page }: { readonly page: DeploymentPage }) {
  const { log, deployment } = page;
  if (log === null) {
    return (
      <div className="bg-surface rounded-md border">
        <EmptyState title={isDeploymentOver(deployment.status) ? "There is no build log" : "The build has not begun"}>
          {isDeploymentOver(deployment.status)
            ? "This deployment used an image that exists already, or ended before a build."
            : "The log appears here as soon as it does."}
        </EmptyState>
      </div>
    );
  }
  return (
    <LogPanel
      title="Build log"
      url={log.url}
      download={log.download}
      waiting="Waiting for the build to write something…"
      note={log.shared !== null && <span className="text-faint text-xs">{log.shared}</span>}
      className="h-[max(26rem,calc(100dvh-13rem))]"
    />
  );
}
