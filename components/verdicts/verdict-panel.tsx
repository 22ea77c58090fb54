import { environmentHref } from "#components/environments/address.ts";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { EnvironmentOverview } from "#lib/domain/environments/overview.ts";

import { Changes } from "./changes.tsx";
import { StandingBadge } from "./standing-badge.tsx";
import { VerdictButtons } from "./verdict-buttons.tsx";

/** What testers said of what is live, what exactly would be judged now, and the three things to say. */
export function VerdictPanel({
  environment,
  giveVerdict,
}: {
  readonly environment: EnvironmentOverview;
  readonly giveVerdict: FormAction;
}) {
  const { standing, verdict: panel } = environment;
  if (panel.judged === null || environment.destroyedAt !== null) return null;
  // What is in production was judged before it came there; and where nobody judges, a panel that says so would only be in the way.
  if (standing.state === "none" && environment.stage.kind === "production") return null;
  if (standing.state === "none" && !panel.mayJudge && !judgedStages.has(environment.stage.kind)) return null;
  return (
    <section aria-label="Verdict" className="bg-surface shadow-card min-w-0 rounded-md border">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 p-4">
        <div className="min-w-0 flex-1 basis-72 space-y-2 text-sm">
          <h2 className="flex flex-wrap items-center gap-2 text-sm font-semibold">
            Verdict <StandingBadge state={standing.state} />
          </h2>
          <Said environment={environment} />
        </div>
        <Judging environment={environment} giveVerdict={giveVerdict} />
      </div>
      {panel.pending.length > 0 && (
        <div className="bg-warn-soft border-t px-4 py-3 text-sm">
          <p className="text-ink font-medium">Not deployed yet</p>
          <Changes changes={panel.pending} />
        </div>
      )}
    </section>
  );
}

const judgedStages: ReadonlySet<string> = new Set(["staging", "uat"]);

function Said({ environment }: { readonly environment: EnvironmentOverview }) {
  const { standing, verdict: panel } = environment;
  if (standing.state === "none")
    return (
      <p className="text-muted">
        Nobody has judged what runs here. <span className="foreign">Who can: {panel.judges}.</span>
      </p>
    );
  const { verdict } = standing;
  return (
    <>
      {standing.state === "void" && (
        <div className="text-ink">
          <p>It counts no more:</p>
          <Changes changes={standing.changes} />
        </div>
      )}
      {verdict.words !== "" && (
        <blockquote className="text-ink foreign max-w-prose border-l-2 pl-3 wrap-anywhere whitespace-pre-wrap">{verdict.words}</blockquote>
      )}
      <p className="text-faint text-xs">
        {doneWords[verdict.kind]} by <bdi>{verdict.givenByName}</bdi> <RelativeTime at={verdict.at} /> on release #{verdict.releaseNumber} ·{" "}
        <Link href={`${environmentHref(environment.project.slug, environment.name)}/verdicts`} className="text-link rounded-xs underline">
          All verdicts
        </Link>
      </p>
    </>
  );
}

const doneWords = { approve: "Approved", reject: "Rejected", not_testable: "Called not testable" } as const;

/** What a verdict given now would be about. */
function Judging({ environment, giveVerdict }: { readonly environment: EnvironmentOverview; readonly giveVerdict: FormAction }) {
  const { verdict: panel, id, name } = environment;
  const { judged } = panel;
  if (!panel.mayJudge || judged === null) return null;
  return (
    <div className="min-w-0 space-y-2 text-sm max-sm:w-full">
      <p className="text-muted flex flex-wrap items-center gap-x-2 gap-y-1 text-xs">
        {panel.whyNot === null ? "You judge" : "To be judged:"} release #{judged.releaseNumber} <Digest digest={judged.digest} />{" "}
        <CommitRef commit={judged.commit} />
      </p>
      {panel.whyNot === null ? (
        <>
          <VerdictButtons
            action={giveVerdict}
            environment={id}
            name={name}
            judged={{ releaseId: judged.releaseId, releaseNumber: judged.releaseNumber, digest: judged.digest, seen: panel.seen }}
            checklist={panel.checklist}
            whyNotApprove={panel.whyNotApprove}
            approved={environment.standing.state === "approved"}
          />
          {panel.whyNotApprove !== null && <p className="text-muted foreign max-w-xs text-xs">{panel.whyNotApprove}</p>}
        </>
      ) : (
        <p className="text-muted max-w-xs text-xs">{panel.whyNot}</p>
      )}
    </div>
  );
}
