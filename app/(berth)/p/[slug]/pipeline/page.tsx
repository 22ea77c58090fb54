import type { Metadata } from "next";

import { FileFacts } from "#components/pipeline/file-facts.tsx";
import { FreezeList } from "#components/pipeline/freeze-list.tsx";
import { StageList } from "#components/pipeline/stage-list.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { getPipeline } from "#lib/domain/stages/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { addFreeze, removeFreeze } from "../../../../actions/freezes.ts";
import { syncProject } from "../../../../actions/projects.ts";
import { addStage, removeStage, reorderStages, updateStage } from "../../../../actions/stages.ts";

export const metadata: Metadata = { title: "Pipeline" };

export default async function PipelinePage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const page = await readPage((reader, actor) => getPipeline(reader, actor, slug));
  return (
    <ProjectFrame project={page.project} sync={syncProject} eventsUrl={page.eventsUrl}>
      <div className="max-w-5xl space-y-5">
        <StageList page={page} actions={{ addStage, updateStage, reorderStages, removeStage }} />
        <FreezeList page={page} add={addFreeze} remove={removeFreeze} />
        <FileFacts file={page.file} />
      </div>
    </ProjectFrame>
  );
}
