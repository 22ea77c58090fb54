import { Ban, CircleCheck, CircleX, Eye, KeyRound } from "lucide-react";

import { environmentHref, projectHref } from "#components/environments/address.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Link } from "#components/ui/link.tsx";
import type { AuditRow } from "#lib/domain/audit/rows.ts";
import { objectWord, reasonWords } from "#lib/domain/audit/words.ts";

/** Who did it, and through what: an API token, or an admin with another's eyes. */
export function EntryActor({ actor }: { readonly actor: AuditRow["actor"] }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-0.5">
      <bdi className="foreign">{actor.name}</bdi>
      {actor.kind === "system" && <Badge>system</Badge>}
      {actor.token !== null && (
        <Badge icon={<KeyRound aria-hidden />}>
          token
          {actor.token !== "" && <span className="hidden max-w-32 truncate sm:inline">{actor.token}</span>}
        </Badge>
      )}
      {actor.viewingAs !== null && (
        <Badge tone="accent" icon={<Eye aria-hidden />}>
          <span className="max-w-32 truncate">as {actor.viewingAs}</span>
        </Badge>
      )}
    </span>
  );
}

/** How it ended; a refusal with its reason. */
export function EntryOutcome({ outcome, reason }: Pick<AuditRow, "outcome" | "reason">) {
  if (outcome === "allowed")
    return (
      <Badge tone="good" icon={<CircleCheck aria-hidden />}>
        done
      </Badge>
    );
  return (
    <span className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
      <Badge tone={outcome === "denied" ? "warn" : "bad"} icon={outcome === "denied" ? <Ban aria-hidden /> : <CircleX aria-hidden />}>
        {outcome}
      </Badge>
      {reason !== null && <span className="text-muted text-xs">{reasonWords(reason)}</span>}
    </span>
  );
}

/** What it was done to, with the way there where it still is. */
export function EntryObject({ row }: { readonly row: AuditRow }) {
  if (row.veiled) return <span className="text-faint">something you may not see</span>;
  const href = hrefOf(row);
  const { name, id } = row.object;
  const place = row.environment !== null && row.object.type !== "environment" ? row.environment.name : null;
  return (
    <span className="block min-w-0">
      <span className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
        {objectWord(row.object.type) !== "" && <span className="text-faint text-xs">{objectWord(row.object.type)}</span>}
        {name === null && id !== null && (
          <code className="text-muted max-w-32 truncate font-mono text-xs sm:max-w-48" title={id}>
            {id}
          </code>
        )}
        {name !== null &&
          (href === null ? (
            <bdi className="foreign">{name}</bdi>
          ) : (
            <Link href={href} className="rounded-xs hover:underline">
              <bdi className="foreign">{name}</bdi>
            </Link>
          ))}
      </span>
      {(place !== null || (row.project !== null && row.object.type !== "project")) && (
        <span className="text-faint block truncate text-xs">
          <bdi>{row.project?.name ?? ""}</bdi>
          {place !== null && <bdi> · {place}</bdi>}
        </span>
      )}
    </span>
  );
}

function hrefOf({ object, project, environment }: AuditRow): string | null {
  if (object.type === "person" && object.id !== null) return `/people/${encodeURIComponent(object.id)}`;
  if (object.type === "cluster" && object.id !== null) return `/clusters/${encodeURIComponent(object.id)}`;
  if (object.type === "group" && object.id !== null) return `/groups/${encodeURIComponent(object.id)}`;
  if (project === null) return null;
  switch (object.type) {
    case "project":
      return projectHref(project.slug);
    case "environment":
      return environment === null ? null : environmentHref(project.slug, environment.name);
    case "deployment":
      return object.id === null ? null : `/deployments/${encodeURIComponent(object.id)}`;
    case "stage":
      return `${projectHref(project.slug)}/settings`;
    case "variable":
      return environment === null
        ? `${projectHref(project.slug)}/variables`
        : `${environmentHref(project.slug, environment.name)}/variables`;
    default:
      return null;
  }
}
