"use client";

import { KeyRound, Lock, Pencil, Plus, Trash2, Variable } from "lucide-react";
import { useCallback, useState } from "react";

import type { FormAction } from "#components/ui/action-form.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { VariableRow } from "#lib/domain/variables/queries.ts";

import type { VariableScope } from "./scope.ts";
import { VariableDialog } from "./variable-dialog.tsx";

interface Properties {
  readonly project: string;
  readonly variables: readonly VariableRow[];
  readonly scopes: readonly VariableScope[];
  readonly mayConfigure: boolean;
  readonly description: string;
  readonly setVariable: FormAction;
  readonly deleteVariable: FormAction;
}

type Asked = { readonly kind: "add" } | { readonly kind: "edit" | "delete"; readonly row: VariableRow };

/** Variables and secrets: what is set, where, by whom; add, change, delete. */
export function VariablesEditor({ project, variables, scopes, mayConfigure, description, setVariable, deleteVariable }: Properties) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = useCallback(() => setAsked(null), []);
  const editedScope = asked?.kind === "edit" ? scopeOf(asked.row, scopes) : null;

  return (
    <Section
      title="Variables and secrets"
      description={description}
      bodyClassName=""
      action={
        mayConfigure && (
          <Button size="sm" onClick={() => setAsked({ kind: "add" })}>
            <Plus aria-hidden />
            Add
          </Button>
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
              <Th className="max-sm:hidden">From</Th>
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
              <VariableLine
                key={row.id}
                row={row}
                onEdit={mayConfigure && scopeOf(row, scopes) !== null ? () => setAsked({ kind: "edit", row }) : null}
                onDelete={mayConfigure && scopeOf(row, scopes) !== null ? () => setAsked({ kind: "delete", row }) : null}
                actions={mayConfigure}
              />
            ))}
          </tbody>
        </Table>
      )}
      {asked?.kind === "add" && <VariableDialog project={project} scopes={scopes} edited={null} action={setVariable} onClose={close} />}
      {asked?.kind === "edit" && editedScope !== null && (
        <VariableDialog
          project={project}
          scopes={scopes}
          edited={{ name: asked.row.name, kind: asked.row.kind, value: asked.row.value, scope: editedScope }}
          action={setVariable}
          onClose={close}
        />
      )}
      {asked?.kind === "delete" && (
        <ConfirmDialog open onClose={close} action={deleteVariable} values={{ variable: asked.row.id }} words={deleteWords(asked.row)} />
      )}
    </Section>
  );
}

/** The scope of a row as the form knows it; null when this page does not change that scope. */
function scopeOf(row: VariableRow, scopes: readonly VariableScope[]): VariableScope | null {
  const found = scopes.find((each) => each.scope === row.scope && (row.scope !== "stage" || each.label === row.scopeName || each.stage === row.scopeName));
  return found ?? null;
}

function deleteWords(row: VariableRow) {
  return {
    title: `Delete ${row.name}?`,
    changes: [
      `${row.name} set for ${row.scopeName} is removed.`,
      "Running environments that used it are deployed again without it; a wider value takes its place where there is one.",
    ],
    undo: row.kind === "secret" ? "Set it again; Berth cannot give the old value back." : "Add it again with the same value.",
    confirm: `Delete ${row.name}`,
  };
}

function VariableLine({
  row,
  onEdit,
  onDelete,
  actions,
}: {
  readonly row: VariableRow;
  readonly onEdit: (() => void) | null;
  readonly onDelete: (() => void) | null;
  readonly actions: boolean;
}) {
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
          <span className="inline-flex items-center gap-1.5 text-xs text-faint">
            <Lock aria-hidden className="size-3.5" /> set, never shown
          </span>
        ) : (
          <code className="block truncate font-mono" title={row.value ?? ""}>
            {row.value === "" ? <span className="text-faint italic">empty</span> : row.value}
          </code>
        )}
      </Td>
      <Td className="max-w-48 truncate text-xs whitespace-nowrap text-muted max-sm:hidden">
        <bdi title={row.scopeName}>{row.scopeName}</bdi>
      </Td>
      <Td className="text-xs whitespace-nowrap text-faint max-sm:hidden">
        <RelativeTime at={row.changedAt} />
        {row.changedBy !== null && (
          <>
            {" "}
            by <bdi>{row.changedBy}</bdi>
          </>
        )}
      </Td>
      {actions && (
        <Td className="text-right whitespace-nowrap">
          {onEdit !== null && <IconButton size="sm" label={`Change ${row.name}`} icon={<Pencil aria-hidden />} onClick={onEdit} />}
          {onDelete !== null && <IconButton size="sm" label={`Delete ${row.name}`} icon={<Trash2 aria-hidden />} onClick={onDelete} />}
        </Td>
      )}
    </Tr>
  );
}
