import type { Board as BoardData } from "#lib/domain/board/queries.ts";

import type { BoardActions } from "./actions.ts";
import { BoardColumns } from "./board-columns.tsx";
import { Column } from "./column.tsx";

/** What runs where: one column per stage, one card per environment. */
export function Board({ board, actions }: { readonly board: BoardData; readonly actions: BoardActions }) {
  return (
    <BoardColumns stages={board.columns.map(({ stage, total }) => ({ name: stage.name, title: stage.title, count: total }))}>
      {board.columns.map((column) => (
        <Column key={column.stage.id} column={column} project={board.project} actions={actions} />
      ))}
    </BoardColumns>
  );
}
