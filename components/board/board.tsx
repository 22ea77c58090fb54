import type { EnvironmentActions } from "#components/environments/actions.ts";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Board as BoardData } from "#lib/domain/board/queries.ts";

import { BoardColumns } from "./board-columns.tsx";
import { Column } from "./column.tsx";

export interface BoardActions extends EnvironmentActions {
  readonly preview: FormAction;
}

/** What runs where: one column per stage, one card per environment. */
export function Board({ board, actions }: { readonly board: BoardData; readonly actions: BoardActions }) {
  return (
    <BoardColumns stages={board.columns.map(({ stage, cards }) => ({ name: stage.name, title: stage.title, count: cards.length }))}>
      {board.columns.map((column) => (
        <Column key={column.stage.id} column={column} project={board.project} actions={actions} />
      ))}
    </BoardColumns>
  );
}
