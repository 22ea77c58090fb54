import { CircleX, FileCode2 } from "lucide-react";

import { Section } from "#components/ui/card.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { linesOf } from "#lib/domain/checks/words.ts";
import type { FileFacts as Facts } from "#lib/domain/pipeline-files/facts.ts";

/** A file, no page. */
const schemaUrl = "/berth.schema.json";

type Parsed = NonNullable<Facts["parsed"]>;

/** What the repository says of its own pipeline, of which commit, and where it is wrong. */
export function FileFacts({ file }: { readonly file: Facts }) {
  return (
    <Section
      title={file.path ?? "berth.json"}
      description={
        <>
          What comes from the repository. What these pages say beyond their defaults wins; gates, rights and freezes are never read from it.{" "}
          <a className="text-link underline" href={schemaUrl}>
            Its schema
          </a>
        </>
      }
      action={
        file.source !== null && (
          <span className="text-muted inline-flex min-w-0 flex-wrap items-center gap-x-2 text-xs">
            <bdi className="truncate">{file.source.ref}</bdi>
            <CommitRef commit={file.source.commit} />
          </span>
        )
      }
    >
      {file.errors.length > 0 ? (
        <Errors file={file} />
      ) : file.parsed === null ? (
        <p className="text-muted flex items-start gap-2 text-sm">
          <FileCode2 aria-hidden className="text-faint mt-0.5 size-4 shrink-0" />
          {file.source === null
            ? "Nothing has been read yet."
            : "This commit has none. With a berth.json (or .yml) at its top a repository says how it is built, run and checked."}
        </p>
      ) : (
        <Said parsed={file.parsed} />
      )}
    </Section>
  );
}

function Errors({ file }: { readonly file: Facts }) {
  return (
    <div className="space-y-3 text-sm">
      <p className="text-bad flex items-start gap-2">
        <CircleX aria-hidden className="mt-0.5 size-4 shrink-0" />
        The file is wrong: commits with it are not built. Other commits go on.
      </p>
      <ol className="space-y-2.5">
        {file.errors.map(({ line, column, path, message, quote }) => (
          <li key={`${line}:${column}:${path}`} className="min-w-0">
            <p className="foreign">
              <span className="text-faint">
                Line {line}, column {column}
                {path === "" ? "" : <code className="ml-1.5 font-mono text-xs">{path}</code>}
              </span>{" "}
              {message}
            </p>
            {quote !== null && (
              <pre
                role="region"
                aria-label={`Line ${line}`}
                tabIndex={0}
                className="bg-sunken mt-1 overflow-x-auto rounded-sm border px-3 py-1.5 font-mono text-xs"
              >
                {quote}
              </pre>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Said({ parsed }: { readonly parsed: Parsed }) {
  const rows = rowsOf(parsed);
  if (rows.length === 0) return <p className="text-muted text-sm">It says nothing.</p>;
  return (
    <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[10rem_minmax(0,1fr)]">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="foreign min-w-0 font-mono text-xs whitespace-pre-wrap">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function rowsOf(parsed: Parsed): ReadonlyArray<readonly [string, string]> {
  const stages = Object.entries(parsed.stages ?? {});
  const rows: Array<readonly [string, string | undefined]> = [
    ["Dockerfile", parsed.build?.dockerfile],
    ["Context", parsed.build?.context],
    ["Port", parsed.port?.toString()],
    ["Health path", parsed.health?.path],
    ["App settings", parsed.app === undefined ? undefined : Object.keys(parsed.app).join(", ")],
    ["Checks", parsed.checks === undefined ? undefined : linesOf(parsed.checks)],
    ["Checklist", parsed.checklist?.join("\n")],
    ["Variables needed", parsed.variables?.join(", ")],
    ...stages.flatMap(([name, stage]): Array<readonly [string, string | undefined]> => [
      [`${name}: checks`, stage.checks === undefined ? undefined : linesOf(stage.checks)],
      [`${name}: checklist`, stage.checklist?.join("\n")],
      [`${name}: variables`, stage.variables?.join(", ")],
    ]),
  ];
  return rows.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value] as const]));
}
