import { KeyRound, Lock, Pencil, Plus, Trash2, Variable } from "lucide-react";
import type { ReactNode } from "react";

import { Badge } from "#components/ui/badge.tsx";
import { buttonClass } from "#components/ui/button-class.ts";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { iconButtonClass } from "#components/ui/icon-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { VariableRow } from "#lib/domain/variables/queries.ts";

import { type VariableScope, scopeOfRow } from "./scope.ts";
import { VariableButton } from "./variable-button.tsx";

interface Properties {
  readonly project: string;
  readonly variables: readonly VariableRow[];
  /** Where variables may be set from here; the first is offered first. */
  readonly scopes: readonly VariableScope[];
  readonly mayConfigure: boolean;
  readonly description: string;
  readonly setVariable: FormAction;
  readonly deleteVariable: FormAction;
}

/** Variables and secrets: what is set, where, by whom; add, change, delete. */
export function VariableTable(properties: Properties) {
  const { project, variables, scopes, mayConfigure, description, setVariable } = properties;
  return (
    <Section
      title="Variables and secrets"
      description={description}
      bodyClassName=""
      action={
        mayConfigure && (
          <VariableButton project={project} scopes={scopes} action={setVariable} className={buttonClass({ size: "sm" })}>
            <Plus aria-hidden />
            Add
          </VariableButton>
        )
      }
    >
      {variables.length === 0 ? (
        <EmptyState icon={<Variable aria-hidden />} title="No variables yet">
          Values set for the project are given to every environment. A stage’s or an environment’s own value wins over them.
        </EmptyState>
      ) : (
        <Table label="Variables and secrets" className="sm:min-w-2xl">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th className="w-full">Value</Th>
              <Th className="max-sm:hidden">For</Th>
              <Th className="max-sm:hidden">Changed</Th>
              {mayConfigure && (
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              )}
            </tr>
          </thead>
          <tbody>
            {variables.map((row) => (
              <VariableLine key={row.id} row={row} actions={mayConfigure ? <LineActions row={row} {...properties} /> : null} />
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function VariableLine({ row, actions }: { readonly row: VariableRow; readonly actions: ReactNode }) {
  return (
    <Tr className={row.overridden ? "text-faint" : undefined}>
      <Td>
        <span className="flex items-center gap-2">
          <code className={row.overridden ? "font-mono line-through" : "font-mono font-medium"}>{row.name}</code>
          {row.kind === "secret" && (
            <Badge icon={<KeyRound aria-hidden />} tone="accent">
              secret
            </Badge>
          )}
          {row.overridden && <Badge>overridden</Badge>}
        </span>
      </Td>
      <Td className="max-w-0">
        {row.kind === "secret" ? (
          <span className="text-faint flex items-center gap-1.5 text-xs whitespace-nowrap">
            <Lock aria-hidden className="size-3.5" /> set, never shown
          </span>
        ) : (
          <code className="block truncate font-mono" title={row.value ?? ""}>
            {row.value === "" ? <span className="text-faint italic">empty</span> : row.value}
          </code>
        )}
      </Td>
      <Td className="text-muted max-w-48 truncate text-xs whitespace-nowrap max-sm:hidden">
        <bdi title={row.scopeName}>{row.scopeName}</bdi>
      </Td>
      <Td className="text-faint text-xs whitespace-nowrap max-sm:hidden">
        <RelativeTime at={row.changedAt} />
        {row.changedBy !== null && (
          <>
            {" "}
            by <bdi>{row.changedBy}</bdi>
          </>
        )}
      </Td>
      {actions !== null && <Td className="text-right whitespace-nowrap">{actions}</Td>}
    </Tr>
  );
}

function LineActions({ row, project, scopes, setVariable, deleteVariable }: Properties & { readonly row: VariableRow }) {
  const scope = scopeOfRow(row, scopes);
  if (scope === null) return null;
  return (
    <>
      <VariableButton
        project={project}
        scopes={scopes}
        edited={{ name: row.name, kind: row.kind, value: row.value, scope }}
        action={setVariable}
        className={iconButtonClass("sm")}
      >
        <Pencil aria-hidden />
      </VariableButton>
      <ConfirmButton
        variant="ghost"
        size="icon"
        label={`Delete ${row.name}`}
        action={deleteVariable}
        values={{ variable: row.id }}
        words={{
          title: `Delete ${row.name}?`,
          changes: [
            `${row.name} set for ${row.scopeName} is removed.`,
            "What runs with it is deployed again without it; a wider value takes its place where there is one.",
          ],
          undo: row.kind === "secret" ? "Set it again; Berth cannot give the old value back." : "Add it again with the same value.",
          confirm: `Delete ${row.name}`,
        }}
      >
        <Trash2 aria-hidden />
      </ConfirmButton>
    </>
  );
}
