import { GitPullRequest, PackageCheck } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { Origin } from "#lib/domain/pull-requests/queries.ts";

/** Says where what runs came from, when not from a build of the project's own: a fork, or a CI system that handed its image over. */
export function OriginNotice({ origin, project }: { readonly origin: Origin; readonly project: string }) {
  const { pullRequest: pull, handedOver } = origin;
  return (
    <>
      {pull !== null && (
        <div className="bg-warn-soft flex items-start gap-3 rounded-md border px-4 py-3 text-sm">
          <GitPullRequest aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
          <p className="foreign min-w-0 flex-1">
            Pull request #{pull.number}, from a fork: runs without secrets. Commit{" "}
            <code className="font-mono">{pull.approvedCommit.slice(0, 12)}</code> was approved by <bdi>{pull.approvedBy}</bdi>{" "}
            <RelativeTime at={pull.approvedAt} />.
            {pull.waiting !== null && (
              <>
                {" "}
                <code className="font-mono">{pull.waiting.slice(0, 12)}</code> was pushed since and{" "}
                <Link href={`${projectHref(project)}/refs`} className="underline">
                  waits for approval
                </Link>
                .
              </>
            )}
          </p>
        </div>
      )}
      {handedOver !== null && (
        <div className="flex items-start gap-3 rounded-md border px-4 py-3 text-sm">
          <PackageCheck aria-hidden className="text-faint mt-0.5 size-4 shrink-0" />
          <p className="foreign text-muted min-w-0 flex-1">
            The image was built elsewhere and handed over by <bdi>{handedOver.by}</bdi> <RelativeTime at={handedOver.at} />.
          </p>
        </div>
      )}
    </>
  );
}
