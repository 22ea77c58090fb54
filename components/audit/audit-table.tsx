import { ChevronLeft, ChevronRight, ScrollText } from "lucide-react";

import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { AuditList } from "#lib/domain/audit/queries.ts";
import { type AuditFilter, auditQuery } from "#lib/domain/audit/schema.ts";
import { actionWords } from "#lib/domain/audit/words.ts";

import { EntryActor, EntryObject, EntryOutcome } from "./entry-parts.tsx";

/** Entries of the audit log, the newest first, and the way to older ones. */
export function AuditTable({ list, filter, path }: { readonly list: AuditList; readonly filter: AuditFilter; readonly path: string }) {
  const narrowed = Object.keys(filter).length > 0;
  if (list.rows.length === 0)
    return (
      <>
        <EmptyState icon={<ScrollText aria-hidden />} title={narrowed ? "No such entries" : "Nothing has happened yet"}>
          {list.older !== null
            ? "None among the newest two hundred thousand. Look at older ones, or give a time."
            : narrowed
              ? "Take something out of the filter."
              : "Everything that somebody does, or is refused, is written down here."}
        </EmptyState>
        <Steps list={list} filter={filter} path={path} />
      </>
    );
  return (
    <>
      <Table label="Audit log" className="sm:min-w-3xl">
        <thead>
          <tr>
            <Th>When</Th>
            <Th>Who</Th>
            <Th>What</Th>
            <Th className="max-sm:hidden">On what</Th>
            <Th className="max-sm:hidden">Result</Th>
            <Th className="max-sm:hidden">From</Th>
          </tr>
        </thead>
        <tbody>
          {list.rows.map((row) => (
            <Tr key={row.seq} data-entry={row.seq}>
              <Td className="text-faint text-xs whitespace-nowrap">
                <RelativeTime at={row.at} />
              </Td>
              <Td className="max-w-32 sm:max-w-52">
                <EntryActor actor={row.actor} />
              </Td>
              <Td className="max-w-52">
                <Link
                  href={`/audit/${row.seq}`}
                  title={row.action}
                  aria-label={`${actionWords(row.action)}: entry ${row.seq}`}
                  className="rounded-xs underline-offset-2 hover:underline"
                >
                  {actionWords(row.action)}
                </Link>
                {/* A phone has no room for more columns. */}
                <span className="block space-y-1 pt-0.5 sm:hidden">
                  <EntryObject row={row} />
                  {row.outcome !== "allowed" && <EntryOutcome outcome={row.outcome} reason={row.reason} />}
                </span>
              </Td>
              <Td className="max-w-72 max-sm:hidden">
                <EntryObject row={row} />
              </Td>
              <Td className="max-sm:hidden">
                <EntryOutcome outcome={row.outcome} reason={row.reason} />
              </Td>
              <Td className="text-faint font-mono text-xs whitespace-nowrap max-sm:hidden">{row.sourceIp ?? "–"}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <Steps list={list} filter={filter} path={path} />
    </>
  );
}

function Steps({ list, filter, path }: { readonly list: AuditList; readonly filter: AuditFilter; readonly path: string }) {
  if (list.newer === null && list.older === null) return null;
  return (
    <nav aria-label="Pages" className="flex items-center justify-end gap-1.5 border-t px-4 py-2.5">
      {list.newer !== null && (
        <ButtonLink size="sm" href={`${path}${auditQuery(filter, { after: list.newer })}`} rel="prev">
          <ChevronLeft aria-hidden />
          Newer
        </ButtonLink>
      )}
      {list.older !== null && (
        <ButtonLink size="sm" href={`${path}${auditQuery(filter, { before: list.older })}`} rel="next">
          Older
          <ChevronRight aria-hidden />
        </ButtonLink>
      )}
    </nav>
  );
}
