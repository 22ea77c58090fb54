import type { ReactNode } from "react";

import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { refOfName } from "#lib/core/ref-name.ts";
import type { EnvironmentPage } from "#lib/domain/environments/queries.ts";

/** What runs here, in a strip of facts. */
export function EnvironmentFacts({ environment }: { readonly environment: EnvironmentPage }) {
  const { live } = environment;
  const carried = refOfName(live?.refName ?? null);
  const ref = environment.ref ?? (carried === null ? null : { ...carried, goneAt: null });
  const pull = /^refs\/(?:pull|merge-requests)\/(\d+)\/head$/.exec(live?.refName ?? "")?.[1];
  return (
    <dl className="bg-line shadow-card grid grid-cols-2 gap-px overflow-hidden rounded-md border bg-clip-padding text-sm sm:grid-cols-3 xl:grid-cols-[repeat(6,minmax(0,1fr))]">
      <Fact term="Release">{live === null ? <Nothing>none yet</Nothing> : <span className="font-medium">#{live.number}</span>}</Fact>
      <Fact term="Image">{live === null ? <Nothing>none yet</Nothing> : <Digest digest={live.digest} />}</Fact>
      <Fact term="Commit">{live === null ? <Nothing>none yet</Nothing> : <CommitRef commit={live.commit} subject={live.subject} />}</Fact>
      <Fact term={pull !== undefined ? "Pull request" : ref?.kind === "tag" ? "Tag" : "Branch"}>
        {pull !== undefined ? (
          <span className="tabular-nums">#{pull}</span>
        ) : ref === null ? (
          <Nothing>by promotion</Nothing>
        ) : (
          <>
            <RefName kind={ref.kind} name={ref.name} className="max-w-full" />
            {ref.goneAt !== null && <span className="text-warn ml-1 text-xs">gone</span>}
          </>
        )}
      </Fact>
      <Fact term="Live since">
        {live?.servedAt === null || live === null ? <Nothing>not yet</Nothing> : <RelativeTime at={live.servedAt} />}
      </Fact>
      <Fact term="Instances">
        <span className="tabular-nums">{environment.instances}</span>
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className="bg-surface min-w-0 px-4 py-3">
      <dt className="text-faint text-xs">{term}</dt>
      <dd className="mt-0.5 flex min-w-0 items-center">{children}</dd>
    </div>
  );
}

function Nothing({ children }: { readonly children: ReactNode }) {
  return <span className="text-faint">{children}</span>;
}
