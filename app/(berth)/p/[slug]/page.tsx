import type { Metadata } from "next";

import { Board } from "#components/board/board.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { PushGuide } from "#components/projects/push-guide.tsx";
import { getBoard } from "#lib/domain/board/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, preview, redeploy, restart, scale, start, stop } from "../../../actions/environments.ts";
import { syncProject } from "../../../actions/projects.ts";

export const metadata: Metadata = { title: "Board" };

export default async function BoardPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const board = await readPage((reader, actor) => getBoard(reader, actor, slug));
  return (
    <ProjectFrame project={board.project} sync={syncProject} eventsUrl={board.eventsUrl}>
      {board.empty ? (
        <PushGuide project={board.project} />
      ) : (
        <Board board={board} actions={{ preview, redeploy, restart, scale, stop, start, destroy, cancelDeployment }} />
      )}
    </ProjectFrame>
  );
}
