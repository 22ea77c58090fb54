import type { Metadata } from "next";

import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { NoteList } from "#components/release-notes/note-list.tsx";
import { listNotes } from "#lib/domain/release-notes/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../actions/projects.ts";
import { compareReleases } from "../../../../actions/release-notes.ts";

export const metadata: Metadata = { title: "Release notes" };

export default async function ReleaseNotesPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const page = await readPage((reader, actor) => listNotes(reader, actor, slug));
  return (
    <ProjectFrame project={page.project} sync={syncProject} eventsUrl={page.eventsUrl}>
      <NoteList page={page} compare={compareReleases} />
    </ProjectFrame>
  );
}
