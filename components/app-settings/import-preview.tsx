import { Section } from "#components/ui/card.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { AppImportPreview } from "#lib/domain/app-settings/queries.ts";

/** What an import would change, and what it leaves out and why. */
export function ImportPreview({ preview }: { readonly preview: AppImportPreview }) {
  if (preview.problems.length > 0)
    return (
      <Section title="That cannot be read as an app" description="Correct these lines; nothing was saved.">
        <Reasons rows={preview.problems} />
      </Section>
    );
  return (
    <div className="space-y-5" role="status">
      <Section title="Taken" description="What changes when you save it." bodyClassName="">
        {preview.taken.length === 0 ? (
          <p className="text-muted p-4 text-sm">Nothing: all of it is as it stands, or left out.</p>
        ) : (
          <Table label="What is taken">
            <thead>
              <tr>
                <Th>Setting</Th>
                <Th>Now</Th>
                <Th>Then</Th>
              </tr>
            </thead>
            <tbody>
              {preview.taken.map(({ title, before, after }) => (
                <Tr key={title}>
                  <Td className="font-medium whitespace-nowrap">{title}</Td>
                  <Td className="text-muted font-mono text-xs break-words">{before}</Td>
                  <Td className="font-mono text-xs break-words">{after}</Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Section>
      {preview.left.length > 0 && (
        <Section title="Left out" description="Not Berth’s to take from there, and why.">
          <Reasons rows={preview.left} />
        </Section>
      )}
    </div>
  );
}

function Reasons({ rows }: { readonly rows: AppImportPreview["left"] }) {
  return (
    <ul className="space-y-2 text-sm">
      {rows.map(({ line, what, why }) => (
        <li key={`${line ?? ""} ${what} ${why}`} className="min-w-0 break-words">
          <code className="font-mono text-xs">{what}</code>
          {line !== null && <span className="text-faint ml-1.5 text-xs">line {line}</span>}
          <span className="text-muted block">{why}</span>
        </li>
      ))}
    </ul>
  );
}
