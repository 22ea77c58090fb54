import { deploymentHref } from "#components/deployments/address.ts";
import { Progress } from "#components/deployments/progress.tsx";
import { doingWord, triggerWord } from "#components/deployments/words.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Link } from "#components/ui/link.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { StatusIcon } from "#components/ui/status-badge.tsx";
import type { EnvironmentPage } from "#lib/domain/environments/queries.ts";

/** The change that is under way, or why the last one failed. Nothing when all is as it should be. */
export function CurrentChange({ environment }: { readonly environment: EnvironmentPage }) {
  const { current, last } = environment;
  if (current !== null) {
    return (
      <section aria-label="Deployment under way" className="bg-surface shadow-card rounded-md border p-4">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm">
          <StatusIcon status={current.status} className="size-4" />
          <Link href={deploymentHref(current.id)} className="rounded-xs font-medium hover:underline">
            {doingWord(current.status, current.step) ?? "Deploying"} · deployment #{current.number}
          </Link>
          <span className="text-faint text-xs">{triggerWord(current.trigger)}</span>
          <CommitRef commit={current.commit} subject={current.subject} className="text-muted max-w-full text-xs" />
          <ButtonLink href={deploymentHref(current.id)} size="sm" className="ml-auto">
            Follow
          </ButtonLink>
        </div>
        <Progress className="mt-3" startedAt={current.startedAt} usualMs={current.usualMs} label="Deployment under way" />
      </section>
    );
  }
  if (last?.status === "failed" && last.problem !== null) {
    return (
      <Problem
        problem={last.problem}
        action={
          <ButtonLink href={deploymentHref(last.id)} size="sm">
            See deployment #{last.number}
          </ButtonLink>
        }
      />
    );
  }
  return null;
}
