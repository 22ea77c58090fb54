import { Boxes, FolderGit2, Plus } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusBadge } from "#components/ui/status-badge.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectListItem } from "#lib/domain/projects/queries.ts";

/** All projects the viewer may see, with how they are. */
export function ProjectList({ projects }: { readonly projects: readonly ProjectListItem[] }) {
  return (
    <ul className="bg-surface shadow-card divide-y overflow-hidden rounded-md border">
      {projects.map((project) => (
        <li
          key={project.id}
          className="hover:bg-hover relative flex flex-wrap items-center gap-x-6 gap-y-1.5 px-4 py-3.5 transition-colors sm:flex-nowrap"
        >
          <div className="flex min-w-0 basis-full items-center gap-3 sm:flex-1 sm:basis-0">
            <span className="bg-canvas text-faint grid size-9 shrink-0 place-items-center rounded-sm border">
              <FolderGit2 aria-hidden className="size-4" />
            </span>
            <div className="min-w-0">
              <h2 className="truncate text-base">
                <Link href={projectHref(project.slug)} className="rounded-xs after:absolute after:inset-0 after:content-['']">
                  <bdi>{project.name}</bdi>
                </Link>
              </h2>
              <p className="text-faint truncate font-mono text-xs" title={project.repository}>
                {project.repository === "Berth" ? "Berth’s own Git" : project.repository}
              </p>
            </div>
          </div>
          <EnvironmentCounts counts={project.environments} />
          <span className="text-faint ml-auto w-24 text-right text-xs whitespace-nowrap sm:ml-0">
            {project.lastActivityAt === null ? "no activity" : <RelativeTime at={project.lastActivityAt} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function EnvironmentCounts({ counts }: { readonly counts: ProjectListItem["environments"] }) {
  if (counts.total === 0) return <span className="text-faint text-xs">No environments</span>;
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {counts.building > 0 && <StatusBadge quiet status="building" word={`${counts.building} under way`} />}
      {counts.failing > 0 && <StatusBadge quiet status="failed" word={`${counts.failing} failing`} />}
      {counts.healthy > 0 && <StatusBadge quiet status="healthy" word={`${counts.healthy} healthy`} />}
      <span className="text-faint text-xs tabular-nums">
        {counts.total} {counts.total === 1 ? "environment" : "environments"}
      </span>
    </span>
  );
}

/** Before the first project: the two ways to get one. */
export function NoProjects({ mayCreate, createSample }: { readonly mayCreate: boolean; readonly createSample: FormAction }) {
  return (
    <div className="border-line-strong rounded-lg border border-dashed">
      <EmptyState
        icon={<Boxes aria-hidden />}
        title={mayCreate ? "Make your first project" : "No projects yet"}
        action={
          mayCreate && (
            <>
              <ButtonLink href="/new" variant="primary">
                <Plus aria-hidden />
                New project
              </ButtonLink>
              <ActionButton action={createSample} values={{}}>
                Try the sample shop
              </ActionButton>
            </>
          )
        }
      >
        {mayCreate
          ? "A project is one Git repository and its pipeline. The sample is a small web shop with four branches and two tags; it needs no internet."
          : "You are not a member of any project. An admin of a project can add you."}
      </EmptyState>
    </div>
  );
}
