import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";

import { Section } from "#components/ui/card.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { AuditRow } from "#lib/domain/audit/rows.ts";
import { actionWords, differencesOf, fieldWords, valueText } from "#lib/domain/audit/words.ts";

import { EntryActor, EntryObject, EntryOutcome } from "./entry-parts.tsx";

/** One act with everything that is known of it, and what it changed. */
export function AuditEntryView({ row }: { readonly row: AuditRow }) {
  const differences = differencesOf(row.before, row.after);
  const details = Object.entries(row.detail ?? {}).filter(([name]) => name !== "viewingAs");
  return (
    <div className="space-y-5">
      <Section title="What happened">
        <dl className="grid gap-x-6 gap-y-2.5 text-sm sm:grid-cols-[8rem_1fr]">
          <Fact name="When">
            <RelativeTime at={row.at} /> <span className="text-faint text-xs">{row.at.toISOString()}</span>
          </Fact>
          <Fact name="Who">
            <EntryActor actor={row.actor} />
          </Fact>
          <Fact name="What">
            {actionWords(row.action)} <code className="text-faint ml-1 font-mono text-xs">{row.action}</code>
          </Fact>
          <Fact name="On what">
            <EntryObject row={row} />
          </Fact>
          <Fact name="Result">
            <EntryOutcome outcome={row.outcome} reason={row.reason} />
          </Fact>
          {row.sourceIp !== null && <Fact name="From">{row.sourceIp}</Fact>}
          {row.requestId !== null && (
            <Fact name="Request">
              <code className="foreign font-mono text-xs">{row.requestId}</code>
            </Fact>
          )}
          {details.map(([name, value]) => (
            <Fact key={name} name={fieldWords(name)}>
              <span className="foreign">{valueText(value)}</span>
            </Fact>
          ))}
        </dl>
      </Section>
      {differences.length > 0 && (
        <Section title="What changed" bodyClassName="rounded-b-md">
          <Table label="Fields before and after">
            <thead>
              <tr>
                <Th>Field</Th>
                <Th>Before</Th>
                <Th>
                  <span className="sr-only">became</span>
                </Th>
                <Th>After</Th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ field, before, after, changed }) => (
                <Tr key={field}>
                  <Td className="text-muted foreign max-w-52">{fieldWords(field)}</Td>
                  <Td className="foreign">
                    {changed && before !== null ? (
                      <del className="bg-bad-soft text-bad rounded-xs px-1 no-underline">{before}</del>
                    ) : (
                      (before ?? "–")
                    )}
                  </Td>
                  <Td className="text-faint">{changed && <ArrowRight aria-hidden className="size-3.5" />}</Td>
                  <Td className="foreign">
                    {changed && after !== null ? (
                      <ins className="bg-good-soft text-good rounded-xs px-1 no-underline">{after}</ins>
                    ) : (
                      (after ?? "–")
                    )}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        </Section>
      )}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint first-letter:uppercase">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
