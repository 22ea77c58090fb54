import { GitBranch } from "lucide-react";
import Link from "next/link";

import { environmentHref } from "#components/environments/address.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { Badge } from "#components/ui/badge.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusIcon } from "#components/ui/status-badge.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { RefRow } from "#lib/domain/refs/queries.ts";

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
                <RefName kind={row.kind} name={row.name} className="max-w-36 font-medium sm:max-w-72" />
                {row.goneAt !== null && <Badge tone="warn">gone</Badge>}
              </span>
            </Td>
            <Td className="max-w-0 max-sm:hidden">
              <CommitRef commit={row.commit} subject={row.subject} className="max-w-full text-muted" />
            </Td>
            <Td className="max-w-40 truncate text-xs max-sm:hidden whitespace-nowrap text-muted">
              <bdi>{row.author ?? "unknown"}</bdi>
            </Td>
            <Td>
              <Environments row={row} project={project} />
            </Td>
            <Td className="text-right text-xs whitespace-nowrap text-faint max-sm:hidden">
              <RelativeTime at={row.changedAt} />
            </Td>
            <Td className="text-right">
              {row.preview !== undefined && row.previewStage !== null && row.goneAt === null && (
                <ActionButton
                  size="sm"
                  action={preview}
                  values={{ project, stage: row.previewStage, ref: row.id }}
                  reason={row.preview.reason}
                  label={`Preview ${row.name}`}
                >
                  Preview
                </ActionButton>
              )}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function Environments({ row, project }: { readonly row: RefRow; readonly project: string }) {
  if (row.environments.length === 0) return <span className="text-xs text-faint">–</span>;
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-1 text-xs">
      {row.environments.map((environment) => (
        <Link
          key={environment.id}
          href={environmentHref(project, environment.name)}
          className="inline-flex max-w-28 items-center gap-1 rounded-xs hover:underline sm:max-w-56"
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
