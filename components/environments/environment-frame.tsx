import { ArrowUpRight, CirclePlay, Ellipsis, RefreshCw, Share2 } from "lucide-react";
import type { ReactNode } from "react";

import { ClusterNote } from "#components/clusters/cluster-note.tsx";
import { deploymentHref } from "#components/deployments/address.ts";
import { DeploymentBadge } from "#components/deployments/deployment-badge.tsx";
import { LiveRefresh } from "#components/live/live-refresh.tsx";
import { Main } from "#components/shell/main.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonAnchor, ButtonLink } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { Link } from "#components/ui/link.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { StandingBadge } from "#components/verdicts/standing-badge.tsx";
import type { EnvironmentPage } from "#lib/domain/environments/queries.ts";

import type { EnvironmentActions } from "./actions.ts";
import { environmentHref, projectHref } from "./address.ts";
import { EnvironmentMenuButton } from "./environment-menu-button.tsx";
import { ServingBadge } from "./serving-badge.tsx";

/** What all pages of an environment share: where it answers, its two statuses, what may be done, its tabs. */
export function EnvironmentFrame({
  environment,
  actions,
  children,
}: {
  readonly environment: EnvironmentPage;
  readonly actions: EnvironmentActions;
  readonly children: ReactNode;
}) {
  const { project, name } = environment;
  const base = environmentHref(project.slug, name);
  return (
    <Main wide>
      <LiveRefresh url={environment.eventsUrl} />
      <PageHeader
        crumbs={[{ label: project.name, href: projectHref(project.slug) }]}
        title={name}
        actions={environment.destroyedAt === null && <Actions environment={environment} actions={actions} />}
      />
      <div className="mt-2 flex flex-wrap items-center gap-x-5 gap-y-2">
        <Url environment={environment} />
        <TwoStatuses environment={environment} />
      </div>
      {environment.servingDetail !== null && <p className="foreign text-muted mt-2 max-w-3xl text-sm">{environment.servingDetail}</p>}
      {environment.destroyedAt === null && <ClusterNote cluster={environment.cluster} />}
      <div className="mt-3 mb-5">
        <Tabs
          label="Environment"
          items={[
            { href: base, label: "Overview" },
            { href: `${base}/verdicts`, label: "Verdicts" },
            { href: `${base}/history`, label: "History" },
            ...(environment.mayConfigure ? [{ href: `${base}/variables`, label: "Variables" }] : []),
            { href: `${base}/jobs`, label: "Jobs", deep: true },
            { href: `${base}/timeline`, label: "Timeline" },
            ...(maySeeSharing(environment) ? [{ href: `${base}/sharing`, label: "Sharing" }] : []),
          ]}
        />
      </div>
      {environment.destroyedAt !== null && (
        <p className="bg-surface text-muted mb-5 rounded-md border px-4 py-3 text-sm">
          This environment was destroyed <RelativeTime at={environment.destroyedAt} />. Its history stays; it can be made again from its
          branch or tag on the board.
        </p>
      )}
      {children}
    </Main>
  );
}

/** Whoever may deploy may show it to others. */
function maySeeSharing({ destroyedAt, verbs }: EnvironmentPage): boolean {
  return destroyedAt === null && verbs.redeploy !== undefined;
}

function Url({ environment }: { readonly environment: EnvironmentPage }) {
  if (environment.destroyedAt !== null) return null;
  return (
    <span className="flex max-w-full min-w-0 items-center gap-1">
      <a
        href={environment.url}
        target="_blank"
        rel="noreferrer"
        className="text-link truncate rounded-xs text-base font-medium hover:underline"
        title={environment.url}
      >
        {environment.url.replace(/^https?:\/\//u, "")}
      </a>
      <CopyButton text={environment.url} label="Copy the URL" />
    </span>
  );
}

/** Whether something answers, and apart from it how the last change went: the one does not follow from the other. */
function TwoStatuses({ environment }: { readonly environment: EnvironmentPage }) {
  const change = environment.current ?? environment.last;
  return (
    <dl className="flex flex-wrap items-center gap-x-5 gap-y-1.5 text-xs">
      <div className="flex items-center gap-2">
        <dt className="text-faint">Serving</dt>
        <dd>
          <ServingBadge serving={environment.serving} />
        </dd>
      </div>
      {environment.standing.state !== "none" && (
        <div className="flex items-center gap-2">
          <dt className="text-faint">Verdict</dt>
          <dd>
            <StandingBadge state={environment.standing.state} />
          </dd>
        </div>
      )}
      {change !== null && (
        <div className="flex items-center gap-2">
          <dt className="text-faint">Last change</dt>
          <dd>
            <Link href={deploymentHref(change.id)} className="inline-flex items-center gap-2 rounded-xs hover:underline">
              <DeploymentBadge status={change.status} step={change.step} />
              <span className="text-muted">#{change.number}</span>
            </Link>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Actions({ environment, actions }: { readonly environment: EnvironmentPage; readonly actions: EnvironmentActions }) {
  const { id, verbs, serving } = environment;
  const values = { environment: id };
  const answers = serving === "healthy" || serving === "unhealthy";
  return (
    <>
      {verbs.start?.reason === null && (
        <ActionButton action={actions.start} values={values} variant="primary">
          <CirclePlay aria-hidden />
          Start
        </ActionButton>
      )}
      {verbs.redeploy !== undefined && verbs.start?.reason !== null && (
        <ActionButton action={actions.redeploy} values={values} reason={verbs.redeploy.reason}>
          <RefreshCw aria-hidden />
          Redeploy
        </ActionButton>
      )}
      {maySeeSharing(environment) && (
        <ButtonLink href={`${environmentHref(environment.project.slug, environment.name)}/sharing`}>
          <Share2 aria-hidden />
          Share
        </ButtonLink>
      )}
      {answers && (
        <ButtonAnchor href={environment.url} variant="primary">
          Open
          <ArrowUpRight aria-hidden />
        </ButtonAnchor>
      )}
      {Object.keys(verbs).some((verb) => verb !== "configure") && (
        <EnvironmentMenuButton
          icon={<Ellipsis aria-hidden />}
          id={id}
          name={environment.name}
          project={environment.project.slug}
          url={environment.url}
          verbs={verbs}
          deployment={environment.current?.id ?? null}
          actions={actions}
          scaling={environment.scaling}
          size="md"
          verbsOnly
        />
      )}
    </>
  );
}
