"use client";

import { useState } from "react";

import { Card } from "#components/ui/card.tsx";
import { Table, Td, Th } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { type Holders, type Matrix, changesBetween, makeMatrix, roles, stageKindNames, stageKinds } from "#lib/domain/permissions/words.ts";

import { MatrixCell } from "./matrix-cell.tsx";
import { MatrixChanges } from "./matrix-changes.tsx";

/** The table of who may what: rows are roles, columns kinds of stages, cells the verbs. Nothing counts before it is saved. */
export function MatrixEditor({
  matrix,
  defaults,
  holders,
  action,
  values,
  note,
}: {
  readonly matrix: Matrix;
  /** The platform's default, where the table is a project's: what differs from it is marked. */
  readonly defaults: Matrix | null;
  readonly holders: readonly Holders[];
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  /** What saving means beyond the changes themselves. */
  readonly note?: string | undefined;
}) {
  const [draft, setDraft] = useState(matrix);
  const changes = changesBetween(matrix, draft);
  return (
    <div className="space-y-4">
      <Card>
        <Table label="Who may what" className="min-w-3xl">
          <thead>
            <tr>
              <Th className="bg-surface sticky left-0 z-10">Role</Th>
              {stageKinds.map((stageKind) => (
                <Th key={stageKind} className="px-5.25">
                  {stageKindNames[stageKind]}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {roles.map((role) => (
              <tr key={role} className="border-b">
                <th scope="row" className="bg-surface sticky left-0 z-10 px-4 py-2 text-left align-top font-medium">
                  <span className="inline-block pt-1.5">{role}</span>
                </th>
                {stageKinds.map((stageKind) => (
                  <Td key={stageKind} className="align-top">
                    <MatrixCell
                      role={role}
                      stageKind={stageKind}
                      verbs={draft[role][stageKind]}
                      usual={defaults?.[role][stageKind] ?? null}
                      changed={changes.some((change) => change.role === role && change.stageKind === stageKind)}
                      onChange={(verbs) =>
                        setDraft(makeMatrix((row, column) => (row === role && column === stageKind ? verbs : draft[row][column])))
                      }
                    />
                  </Td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row" className="bg-surface sticky left-0 z-10 px-4 py-3 text-left font-medium">
                admin
              </th>
              <Td colSpan={stageKinds.length} className="text-muted px-5.25">
                everything, members and permissions included; every act is audited
              </Td>
            </tr>
          </tbody>
        </Table>
      </Card>
      <MatrixChanges
        changes={changes}
        holders={holders}
        action={action}
        values={{ ...values, matrix: JSON.stringify(draft) }}
        note={note}
        onUndo={() => setDraft(matrix)}
      />
    </div>
  );
}
