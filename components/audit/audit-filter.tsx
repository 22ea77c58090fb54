import Form from "next/form";

import { ButtonLink } from "#components/ui/button.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { type AuditFilter, auditQuery, outcomes } from "#lib/domain/audit/schema.ts";
import { actionNouns } from "#lib/domain/audit/words.ts";

const outcomeWords: Record<(typeof outcomes)[number], string> = { allowed: "Done", denied: "Denied", failed: "Failed" };
const exports = [
  { format: "csv", label: "CSV" },
  { format: "json", label: "JSON" },
  { format: "ndjson", label: "JSON lines" },
] as const;

/** Narrows the list; the address keeps it, so that it can be sent to somebody. `project` fixes the project. */
export function AuditFilterBar({
  path,
  filter,
  project,
}: {
  readonly path: string;
  readonly filter: AuditFilter;
  readonly project?: string | undefined;
}) {
  const noun = filter.action;
  const nouns: readonly string[] = noun === undefined || actionNouns.some((each) => each === noun) ? actionNouns : [noun, ...actionNouns];
  const narrowed = Object.entries(filter).some(([name, value]) => value !== undefined && (name !== "project" || project === undefined));
  const whole = project === undefined ? filter : { ...filter, project };
  return (
    <div className="bg-surface shadow-card rounded-md border p-4">
      <Form
        action={path}
        prefetch={false}
        role="search"
        aria-label="Filter the audit log"
        className="grid grid-cols-2 gap-3 sm:grid-cols-4"
      >
        <TextField label="Who" name="who" defaultValue={filter.who} maxLength={200} placeholder="Name or e-mail" />
        <SelectField label="What" name="action" defaultValue={noun ?? ""}>
          <option value="">Everything</option>
          {nouns.map((each) => (
            <option key={each} value={each}>
              {each.replaceAll(/[-_]/g, " ")}
            </option>
          ))}
        </SelectField>
        {project === undefined && (
          <TextField label="Project" name="project" defaultValue={filter.project} maxLength={64} placeholder="As in its address" />
        )}
        <TextField label="Environment" name="environment" defaultValue={filter.environment} maxLength={300} placeholder="review/issue-1" />
        <SelectField label="Result" name="outcome" defaultValue={filter.outcome ?? ""}>
          <option value="">Any</option>
          {outcomes.map((each) => (
            <option key={each} value={each}>
              {outcomeWords[each]}
            </option>
          ))}
        </SelectField>
        <TextField label="From (UTC)" name="from" type="date" defaultValue={filter.from?.slice(0, 10)} />
        <TextField label="To (UTC)" name="to" type="date" defaultValue={filter.to?.slice(0, 10)} />
        <TextField label="Text" name="text" defaultValue={filter.text} maxLength={200} placeholder="Object, reason, detail" />
        <div className="col-span-full flex flex-wrap items-center justify-between gap-2">
          <span className="flex gap-2">
            <SubmitButton variant="primary">Show</SubmitButton>
            {narrowed && (
              <ButtonLink href={path} variant="ghost">
                Clear
              </ButtonLink>
            )}
          </span>
          <span className="text-muted flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
            Download this list:
            {exports.map(({ format, label }) => (
              // A file, no page: the router must not try to show it.
              <a
                key={format}
                href={`/audit/export${auditQuery(whole, { format })}`}
                download
                className="text-link rounded-xs hover:underline"
              >
                {label}
              </a>
            ))}
          </span>
        </div>
      </Form>
    </div>
  );
}
