import { Server } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ClusterDetails } from "#lib/domain/clusters/queries.ts";

import { ClusterBadge } from "./cluster-badge.tsx";
import { ClusterFields } from "./cluster-fields.tsx";

/** How it is, and where. */
export function ClusterFacts({ cluster }: { readonly cluster: ClusterDetails }) {
  return (
    <div className="space-y-2 text-sm">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1" role="status">
        <ClusterBadge state={cluster.state} />
        {cluster.state === "checking" ? (
          <span>The worker is trying it. The result appears here by itself.</span>
        ) : (
          <span className="text-muted">
            since <RelativeTime at={cluster.since} />
          </span>
        )}
        {cluster.state === "up" && cluster.version !== null && <span className="text-muted foreign">Marathon {cluster.version}</span>}
      </p>
      {cluster.state === "down" && (
        <p className="foreign">
          {cluster.detail}{" "}
          {cluster.environments > 0 &&
            "What runs there goes on running; Berth cannot change or watch it, and asks again every few seconds."}
        </p>
      )}
      <p className="foreign text-faint font-mono text-xs">{cluster.urls.join(", ")}</p>
    </div>
  );
}

/** Which projects' environments run there, and which projects have chosen it. */
export function ClusterUsers({ cluster }: { readonly cluster: ClusterDetails }) {
  const onlyChosen = cluster.chosenBy.filter(({ slug }) => !cluster.users.some((user) => user.slug === slug));
  return (
    <Section
      title="Used by"
      description="An environment stays in the cluster it was made in. To move one, destroy it and make it again."
      bodyClassName=""
    >
      {cluster.users.length + onlyChosen.length === 0 ? (
        <EmptyState icon={<Server aria-hidden />} title="Nothing runs there yet">
          Choose it on the settings page of a project, for the whole project or for a stage: new environments are made there from then on.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {cluster.users.map((user) => (
            <UserRow key={user.slug} {...user} words={`${user.environments} ${user.environments === 1 ? "environment" : "environments"}`} />
          ))}
          {onlyChosen.map((user) => (
            <UserRow key={user.slug} {...user} words="chosen, nothing there yet" />
          ))}
        </ul>
      )}
    </Section>
  );
}

function UserRow({ slug, name, words }: { readonly slug: string; readonly name: string; readonly words: string }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
      <Link href={projectHref(slug)} className="min-w-0 flex-1 basis-40 truncate font-medium hover:underline">
        <bdi>{name}</bdi>
      </Link>
      <span className="text-muted text-xs tabular-nums">{words}</span>
    </li>
  );
}

/** How it is reached, and the end of it; for the cluster of the settings only where it comes from. */
export function ClusterSettings({
  cluster,
  update,
  remove,
}: {
  readonly cluster: ClusterDetails;
  readonly update: FormAction;
  readonly remove: FormAction;
}) {
  if (cluster.isDefault)
    return (
      <Section title="Settings">
        <p className="text-muted text-sm">
          {cluster.embedded
            ? "Berth’s own scheduler: it runs on this machine because no MARATHON_URL is set. It is the default of every project."
            : "Set by MARATHON_URL, MARATHON_CREDENTIALS and MARATHON_TOKEN. It is the default of every project; change it there."}
        </p>
      </Section>
    );
  return (
    <Section title="Settings" description={cluster.addedByName === null ? undefined : `Attached by ${cluster.addedByName}.`}>
      <ActionForm action={update} values={{ cluster: cluster.id }} className="space-y-4">
        <ClusterFields form={cluster} isKept={cluster.credentials !== "none"} />
        <SubmitButton variant="secondary">Save and try it</SubmitButton>
      </ActionForm>
      <div className="mt-5 flex flex-wrap items-center justify-between gap-3 border-t pt-4">
        <p className="text-muted text-sm">A cluster can be detached when nothing uses it any more.</p>
        <ConfirmButton
          variant="danger"
          action={remove}
          values={{ cluster: cluster.id }}
          words={{
            title: `Detach ${cluster.name}?`,
            changes: ["Berth forgets its addresses and credentials.", "Nothing at the cluster itself is touched."],
            undo: "It can be attached again, with its credentials.",
            confirm: `Detach ${cluster.name}`,
          }}
        >
          Detach…
        </ConfirmButton>
      </div>
    </Section>
  );
}
