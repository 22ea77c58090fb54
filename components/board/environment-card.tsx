import { ArrowUpRight, CirclePlay, Ellipsis, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";

import { deploymentHref } from "#components/deployments/address.ts";
import { DeploymentBadge } from "#components/deployments/deployment-badge.tsx";
import { Progress } from "#components/deployments/progress.tsx";
import type { EnvironmentActions } from "#components/environments/actions.ts";
import { environmentHref } from "#components/environments/address.ts";
import { EnvironmentMenuButton } from "#components/environments/environment-menu-button.tsx";
import { ServingBadge } from "#components/environments/serving-badge.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { Link } from "#components/ui/link.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StandingBadge } from "#components/verdicts/standing-badge.tsx";
import { isDeploymentOver } from "#lib/core/states.ts";
import type { BoardCard } from "#lib/domain/board/queries.ts";

import { OnwardLine } from "./onward-line.tsx";

interface Properties {
  readonly card: BoardCard;
  readonly project: string;
  readonly actions: EnvironmentActions;
}

/** An environment on the board: what it is, how it is, what answers there, and the one thing to do next. */
export function EnvironmentCard({ card, project, actions }: Properties) {
  const deployment = card.lastDeployment;
  const moving = deployment !== null && !isDeploymentOver(deployment.status);
  return (
    <article
      aria-label={card.name}
      className="bg-surface shadow-card hover:border-line-strong hover:shadow-lift relative rounded-md border transition-shadow"
    >
      <div className="space-y-2 p-3 pb-2.5">
        <header className="flex items-center gap-2">
          <h3 className="min-w-0 flex-1 text-sm leading-6">
            <Link
              href={environmentHref(project, card.name)}
              className="flex min-w-0 rounded-xs after:absolute after:inset-0 after:rounded-md after:content-['']"
            >
              {card.ref === null ? (
                <span className="flex min-w-0 items-center gap-2">
                  <bdi className="truncate">{card.name}</bdi>
                  {card.release?.ref != null && (
                    <RefName kind={card.release.ref.kind} name={card.release.ref.name} className="text-muted" />
                  )}
                </span>
              ) : (
                <RefName kind={card.ref.kind} name={card.ref.name} />
              )}
            </Link>
          </h3>
          <EnvironmentMenuButton
            icon={<Ellipsis aria-hidden />}
            id={card.id}
            name={card.name}
            project={project}
            url={card.url}
            verbs={card.verbs}
            deployment={moving ? deployment.id : null}
            actions={actions}
            className="relative -mr-1"
          />
        </header>

        <Statuses card={card} moving={moving} />

        {(card.serving === "healthy" || card.serving === "unhealthy") && <UrlLink name={card.name} url={card.url} />}
        {card.release !== null && (
          <p className="text-muted flex min-w-0 items-center gap-2 text-xs">
            <Digest digest={card.release.digest} className="shrink-0" />
            <bdi className="truncate" title={card.release.subject ?? undefined}>
              {card.release.subject ?? card.release.commit.slice(0, 7)}
            </bdi>
          </p>
        )}
        <Notices card={card} />
      </div>

      {card.onward !== null && <OnwardLine card={card} onward={card.onward} project={project} />}
      <footer className="text-faint flex h-10 items-center gap-1.5 border-t pr-1.5 pl-3 text-xs">
        <bdi className="truncate">{card.release?.author ?? card.who ?? "Berth"}</bdi>
        <span aria-hidden>·</span>
        <RelativeTime at={card.changedAt} className="shrink-0 whitespace-nowrap" />
        <span className="relative ml-auto flex shrink-0">
          <NextAction card={card} project={project} moving={moving} actions={actions} />
        </span>
      </footer>
    </article>
  );
}

/** What answers, and beside it what the last change is doing when that is not the same thing. */
function Statuses({ card, moving }: { readonly card: BoardCard; readonly moving: boolean }) {
  const deployment = card.lastDeployment;
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5">
        {(card.serving !== "none" || deployment === null) && <ServingBadge serving={card.serving} />}
        {deployment !== null && (moving || deployment.status === "failed") && (
          <Link href={deploymentHref(deployment.id)} className="relative inline-flex rounded-xs hover:underline">
            <DeploymentBadge status={deployment.status} step={deployment.step} />
          </Link>
        )}
        <StandingBadge state={card.standing.state} quiet />
      </div>
      {moving && deployment !== null && (
        <Progress startedAt={deployment.startedAt} usualMs={deployment.usualMs} label={`Deployment of ${card.name}`} />
      )}
      {!moving && deployment?.status === "failed" && deployment.problem !== null && (
        <p className="text-muted line-clamp-2 text-xs" title={deployment.problem.detail ?? undefined}>
          {deployment.problem.title}
        </p>
      )}
      {card.servingDetail !== null && card.serving !== "healthy" && (
        <p className="foreign text-muted line-clamp-2 text-xs" title={card.servingDetail}>
          {card.servingDetail}
        </p>
      )}
    </>
  );
}

/** What somebody who looks after it should know: its tag names something else now, or its branch was rejected further on. */
function Notices({ card }: { readonly card: BoardCard }) {
  return (
    <>
      {card.tagMovedTo !== null && (
        <p className="text-warn text-xs">
          The tag has moved to <code className="font-mono">{card.tagMovedTo.slice(0, 7)}</code>; this still runs what it was.
        </p>
      )}
      {card.rejection !== null && (
        <p className="foreign text-bad line-clamp-2 text-xs" title={card.rejection.words}>
          <bdi>{card.rejection.by}</bdi> rejected it in <bdi>{card.rejection.environmentName}</bdi>: {card.rejection.words}
        </p>
      )}
    </>
  );
}

/** Where it answers. */
function UrlLink({ name, url }: { readonly name: string; readonly url: string }) {
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      title={url}
      className="text-link relative flex w-fit max-w-full min-w-0 items-center gap-0.5 rounded-xs text-xs hover:underline"
    >
      <span className="sr-only">Open {name}: </span>
      <span className="truncate">{new URL(url).host}</span>
      <ArrowUpRight aria-hidden className="size-3.5 shrink-0" />
    </a>
  );
}

/** The one next thing this viewer may do. */
function NextAction({
  card,
  project,
  moving,
  actions,
}: {
  readonly card: BoardCard;
  readonly project: string;
  readonly moving: boolean;
  readonly actions: EnvironmentActions;
}): ReactNode {
  const deployment = card.lastDeployment;
  const values = { environment: card.id };
  if (moving && deployment !== null) {
    return (
      <ButtonLink variant="ghost" size="sm" href={deploymentHref(deployment.id)} aria-label={`Follow the deployment of ${card.name}`}>
        Follow
      </ButtonLink>
    );
  }
  if (card.desired === "stopped" && card.verbs.start?.reason === null) {
    return (
      <ActionButton size="sm" variant="ghost" action={actions.start} values={values} label={`Start ${card.name}`}>
        <CirclePlay aria-hidden />
        Start
      </ActionButton>
    );
  }
  if (deployment?.status === "failed" && card.verbs.redeploy !== undefined) {
    return (
      <ActionButton
        size="sm"
        variant="ghost"
        action={actions.redeploy}
        values={values}
        reason={card.verbs.redeploy.reason}
        label={`Redeploy ${card.name}`}
      >
        <RefreshCw aria-hidden />
        Redeploy
      </ActionButton>
    );
  }
  if (card.mayJudge) {
    return (
      <ButtonLink
        variant="ghost"
        size="sm"
        href={`${environmentHref(project, card.name)}#verdict`}
        aria-label={`Give a verdict on ${card.name}`}
      >
        Give a verdict
      </ButtonLink>
    );
  }
  if (card.onward !== null && card.onward.mayPromote && card.onward.ready && card.onward.state !== "same" && !card.onward.isOlder) {
    const { title } = card.onward.stage;
    return (
      <ButtonLink
        variant="ghost"
        size="sm"
        href={`${environmentHref(project, card.name)}#promotion`}
        aria-label={`Promote ${card.name} to ${title}`}
      >
        Promote
      </ButtonLink>
    );
  }
  return null;
}
