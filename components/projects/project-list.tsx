import { Boxes, Plus } from "lucide-react";
import type { CSSProperties } from "react";

import { environmentHref, projectHref } from "#components/environments/address.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusBadge, StatusIcon, statusWord } from "#components/ui/status-badge.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Home, HomeCell, HomeProject } from "#lib/domain/projects/home.ts";
import type { ProjectListItem } from "#lib/domain/projects/queries.ts";

/** All projects the viewer may see: a row each, a cell for each kind of stage with what runs there. */
export function ProjectList({ home }: { readonly home: Home }) {
  return (
    <div className="bg-surface shadow-card overflow-hidden rounded-md border">
      <div
        aria-hidden
        className="text-faint bg-canvas/60 hidden grid-cols-(--home-columns) gap-x-4 border-b px-4 py-2 text-xs font-medium lg:grid"
        style={columnsOf(home)}
      >
        <span>Project</span>
        {home.kinds.map((kind) => (
          <span key={kind}>{stageKindWords[kind]}</span>
        ))}
        <span className="text-right">Last change</span>
      </div>
      <ul className="divide-y">
        {home.projects.map((project) => (
          <ProjectRow key={project.id} project={project} home={home} />
        ))}
      </ul>
    </div>
  );
}

const stageKindWords = { review: "Review", demo: "Demo", staging: "Staging", uat: "UAT", production: "Production" } as const;

function columnsOf({ kinds }: Home): CSSProperties & Record<`--${string}`, string> {
  return { "--home-columns": `minmax(11rem, 1.3fr) repeat(${kinds.length}, minmax(0, 1fr)) 5.5rem` };
}

function ProjectRow({ project, home }: { readonly project: HomeProject; readonly home: Home }) {
  return (
    <li
      className="hover:bg-hover relative grid grid-cols-1 items-start gap-x-4 gap-y-2 px-4 py-3 transition-colors lg:grid-cols-(--home-columns)"
      style={columnsOf(home)}
    >
      <div className="min-w-0">
        <h2 className="truncate text-base">
          <Link href={projectHref(project.slug)} className="rounded-xs after:absolute after:inset-0 after:content-['']">
            <bdi>{project.name}</bdi>
          </Link>
        </h2>
        <p className="text-faint truncate font-mono text-xs" title={project.repository}>
          {project.repository === "Berth" ? "Berth’s own Git" : project.repository}
        </p>
        <EnvironmentCounts counts={project.environments} />
      </div>
      {project.cells.map((cell) => (
        <Cell key={cell.kind} cell={cell} project={project.slug} />
      ))}
      <span className="text-faint text-xs whitespace-nowrap lg:pt-1 lg:text-right">
        {project.lastActivityAt === null ? "no activity" : <RelativeTime at={project.lastActivityAt} />}
      </span>
    </li>
  );
}

/** What runs in one kind of stage: the newest as links, the others as a number. On narrow screens only what is there is shown. */
function Cell({ cell, project }: { readonly cell: HomeCell; readonly project: string }) {
  if (cell.total === 0)
    return (
      <span aria-hidden className="text-faint hidden pt-1 text-xs lg:block">
        –
      </span>
    );
  const rest = cell.total - cell.places.length;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 pt-0.5 text-xs lg:flex-col lg:items-start">
      <span className="text-faint lg:sr-only">{stageKindWords[cell.kind]}</span>
      {cell.places.map((place) => (
        <Link
          key={place.name}
          href={environmentHref(project, place.name)}
          title={place.name}
          className="relative flex max-w-full min-w-0 items-center gap-1.5 rounded-xs leading-5 hover:underline"
        >
          <StatusIcon status={place.serving} className="size-3.5" />
          <bdi className="truncate">{place.ref?.name ?? place.name}</bdi>
          <span className="sr-only">, {statusWord(place.serving)}</span>
        </Link>
      ))}
      {rest > 0 && <span className="text-faint">{rest} more</span>}
    </div>
  );
}

function EnvironmentCounts({ counts }: { readonly counts: ProjectListItem["environments"] }) {
  if (counts.total === 0) return <span className="text-faint text-xs">No environments</span>;
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
      {counts.building > 0 && <StatusBadge quiet status="building" word={`${counts.building} under way`} />}
      {counts.failing > 0 && <StatusBadge quiet status="failed" word={`${counts.failing} failing`} />}
      <span className="text-faint text-xs tabular-nums">
        {counts.total} {counts.total === 1 ? "environment" : "environments"}
      </span>
    </span>
  );
}

/** Before the first project: the two ways to get one. */
export function NoProjects({ createSample }: { readonly createSample: FormAction }) {
  return (
    <div className="border-line-strong rounded-lg border border-dashed">
      <EmptyState
        icon={<Boxes aria-hidden />}
        title="Make your first project"
        action={
          <>
            <ButtonLink href="/new" variant="primary">
              <Plus aria-hidden />
              New project
            </ButtonLink>
            <ActionButton action={createSample} values={{}}>
              Try the sample shop
            </ActionButton>
          </>
        }
      >
        A project is one Git repository and its pipeline. The sample is a small web shop with four branches and two tags; it needs no
        internet.
      </EmptyState>
    </div>
  );
}

/** For somebody without a role anywhere: who can change that, what to give them, and what there will be then. */
export function NotInAProject({ email }: { readonly email: string | null }) {
  return (
    <div className="border-line-strong rounded-lg border border-dashed">
      <EmptyState icon={<Boxes aria-hidden />} title="You are not in a project yet" level={2}>
        <p>
          An admin of this installation puts people into projects, or into a group that has a role there. Send one of them your e-mail
          address:
        </p>
        {email !== null && (
          <p className="mt-3 flex justify-center">
            <span className="bg-surface text-ink flex h-9 max-w-full min-w-0 items-center gap-1.5 rounded-sm border pr-1 pl-3">
              <bdi className="truncate font-mono">{email}</bdi>
              <CopyButton text={email} label="Copy your e-mail address" />
            </span>
          </p>
        )}
      </EmptyState>
      <div className="border-t border-dashed px-6 py-5">
        <h2 className="text-sm font-semibold">What you will see then</h2>
        <dl className="text-muted mt-2 grid gap-x-6 gap-y-3 text-sm sm:grid-cols-3">
          {roles.map(({ role, text }) => (
            <div key={role}>
              <dt className="text-ink font-medium">{role}</dt>
              <dd className="mt-0.5 text-pretty">{text}</dd>
            </div>
          ))}
        </dl>
        <p className="text-faint mt-4 text-xs">This page shows the project as soon as you have a role in it; you need not sign in again.</p>
      </div>
    </div>
  );
}

/** As the roles are before an admin changes what they may. */
const roles = [
  {
    role: "As a developer",
    text: "every branch of the project, a preview of any of them by one click, their logs and their configuration.",
  },
  { role: "As a tester", text: "the running previews, tags in staging that wait to be tried out, and what was found." },
  { role: "As ops", text: "what runs in staging, UAT and production, and the means to deploy, scale and watch it." },
];
