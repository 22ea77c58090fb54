import { GitBranch } from "lucide-react";

import { environmentHref } from "#components/environments/address.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusIcon } from "#components/ui/status-badge.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { RefRow } from "#lib/domain/refs/queries.ts";

import { deployWord } from "./deploy-word.ts";

/** Branches and tags as last seen on the remote, with where each of them runs. */
export function RefTable({
  rows,
  project,
  searched,
  preview,
}: {
  readonly rows: readonly RefRow[];
  readonly project: string;
  readonly searched: boolean;
  readonly preview: FormAction;
}) {
  if (rows.length === 0) {
    return (
      <EmptyState icon={<GitBranch aria-hidden />} title={searched ? "Nothing by that name" : "No branches or tags yet"}>
        {searched ? "Try a part of the name." : "As soon as something is pushed, it appears here."}
      </EmptyState>
    );
  }
  return (
    <Table label="Branches and tags" className="sm:min-w-3xl">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th className="w-1/2 max-sm:hidden">Head</Th>
          <Th className="max-sm:hidden">Author</Th>
          <Th>Runs in</Th>
          <Th className="text-right max-sm:hidden">Changed</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Tr key={row.id}>
            <Td>
              <span className="flex items-center gap-2">
                <RefName kind={row.kind} name={row.name} className="max-w-30 font-medium sm:max-w-72" />
                {row.goneAt !== null && <Badge tone="warn">gone</Badge>}
              </span>
            </Td>
            <Td className="max-w-0 max-sm:hidden">
              <CommitRef commit={row.commit} subject={row.subject} className="text-muted max-w-full" />
            </Td>
            <Td className="text-muted max-w-40 truncate text-xs whitespace-nowrap max-sm:hidden">
              <bdi>{row.author ?? "unknown"}</bdi>
            </Td>
            <Td>
              <Environments row={row} project={project} />
            </Td>
            <Td className="text-faint text-right text-xs whitespace-nowrap max-sm:hidden">
              <RelativeTime at={row.changedAt} />
            </Td>
            <Td className="text-right">
              <DeployButton row={row} project={project} preview={preview} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function DeployButton({ row, project, preview }: { readonly row: RefRow; readonly project: string; readonly preview: FormAction }) {
  const stage = row.previewStage;
  if (row.preview === undefined || stage === null || row.goneAt !== null) return null;
  const word = deployWord(
    stage,
    row.environments.map((environment) => environment.name),
  );
  return (
    <ActionButton
      size="sm"
      variant={word === "Redeploy" ? "ghost" : "secondary"}
      action={preview}
      values={{ project, stage, ref: row.id }}
      reason={row.preview.reason}
      label={`${word} ${row.name}`}
    >
      {word}
    </ActionButton>
  );
}

function Environments({ row, project }: { readonly row: RefRow; readonly project: string }) {
  if (row.environments.length === 0) return <span className="text-faint text-xs">–</span>;
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-1 text-xs">
      {row.environments.map((environment) => (
        <Link
          key={environment.id}
          href={environmentHref(project, environment.name)}
          className="inline-flex max-w-24 items-center gap-1 rounded-xs hover:underline sm:max-w-56"
          title={`${environment.name}: ${environment.serving}`}
        >
          <StatusIcon status={environment.serving} className="size-3.5" />
          <span className="sr-only">{environment.serving}: </span>
          <bdi className="truncate">{environment.name}</bdi>
        </Link>
      ))}
    </span>
  );
}
