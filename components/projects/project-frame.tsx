import { FolderGit2, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";

import { projectHref } from "#components/environments/address.ts";
import { LiveRefresh } from "#components/live/live-refresh.tsx";
import { Main } from "#components/shell/main.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { type TabItem, Tabs } from "#components/ui/tabs.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectHead } from "#lib/domain/projects/head.ts";

/** What all pages of a project share: its name, its repository, its tabs. */
export function ProjectFrame({
  project,
  sync,
  eventsUrl,
  children,
}: {
  readonly project: ProjectHead;
  readonly sync: FormAction;
  /** Server-sent events that make the page render again. */
  readonly eventsUrl?: string | undefined;
  readonly children: ReactNode;
}) {
  const base = projectHref(project.slug);
  const tabs = tabsOf(project, base);
  return (
    <Main wide>
      {eventsUrl !== undefined && <LiveRefresh url={eventsUrl} />}
      <PageHeader
        title={project.name}
        actions={
          <>
            {project.repositoryKind === "remote" && <SyncState project={project} sync={sync} />}
            <GitUrl url={project.gitUrl} />
          </>
        }
      />
      <div className="mt-2.5 mb-5">
        <Tabs label="Project" items={tabs} />
      </div>
      {project.syncProblem !== null && <Problem className="mb-5" tone="warn" problem={project.syncProblem} />}
      {children}
    </Main>
  );
}

/** What people come for every day, and behind one tab how the project is set up. */
function tabsOf(project: ProjectHead, base: string): TabItem[] {
  const setUp: TabItem[] = [
    { href: `${base}/pipeline`, label: "Pipeline" },
    ...(project.mayAdminister ? [{ href: `${base}/app`, label: "App", deep: true }] : []),
    ...(project.mayConfigure ? [{ href: `${base}/variables`, label: "Variables" }] : []),
    { href: `${base}/members`, label: "Members" },
    ...(project.mayAdminister ? [{ href: `${base}/permissions`, label: "Permissions" }] : []),
    { href: `${base}/notifications`, label: "Notifications" },
    ...(project.mayAdminister
      ? [
          { href: `${base}/webhooks`, label: "Webhooks" },
          { href: `${base}/settings`, label: "Settings" },
        ]
      : []),
  ];
  return [
    { href: base, label: "Board" },
    { href: `${base}/refs`, label: "Branches and tags" },
    { href: `${base}/builds`, label: "Builds" },
    { href: `${base}/jobs`, label: "Jobs" },
    { href: `${base}/release-notes`, label: "Release notes", deep: true },
    { href: `${base}/measures`, label: "Measures" },
    { href: `${base}/audit`, label: "Audit" },
    { href: `${base}/pipeline`, label: "Configuration", parts: setUp },
  ];
}

function GitUrl({ url }: { readonly url: string }) {
  return (
    <span className="bg-surface text-muted flex h-8 min-w-0 items-center gap-1.5 rounded-sm border pr-1 pl-2.5 text-xs">
      <FolderGit2 aria-hidden className="text-faint size-3.5 shrink-0" />
      <code className="max-w-96 truncate font-mono" title={url}>
        {url}
      </code>
      <CopyButton text={url} label="Copy the Git URL" />
    </span>
  );
}

function SyncState({ project, sync }: { readonly project: ProjectHead; readonly sync: FormAction }) {
  return (
    <>
      <span className="text-faint text-xs">
        {project.syncedAt === null ? (
          "Not read yet"
        ) : (
          <>
            Read <RelativeTime at={project.syncedAt} />
          </>
        )}
      </span>
      <ActionButton action={sync} values={{ project: project.slug }} size="sm">
        <RefreshCw aria-hidden />
        Look now
      </ActionButton>
    </>
  );
}
