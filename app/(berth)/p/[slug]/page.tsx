import type { Metadata } from "next";

import { Board } from "#components/board/board.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { PushGuide } from "#components/projects/push-guide.tsx";
import { getBoard } from "#lib/domain/board/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, preview, redeploy, restart, scale, start, stop } from "../../../actions/environments.ts";
import { syncProject } from "../../../actions/projects.ts";

export const metadata: Metadata = { title: "Board" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** `?whole=<stage>` shows one column as long as it is. */
export default async function BoardPage({ params, searchParams }: Properties) {
  const [{ slug }, { whole }] = await Promise.all([params, searchParams]);
  const board = await readPage((reader, actor) => getBoard(reader, actor, slug, typeof whole === "string" ? whole : null));
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
