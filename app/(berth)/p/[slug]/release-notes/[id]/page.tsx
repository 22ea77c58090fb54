import type { Metadata } from "next";

import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { NoteView } from "#components/release-notes/note-view.tsx";
import { BerthError } from "#lib/core/errors.ts";
import { getNote } from "#lib/domain/release-notes/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../../actions/projects.ts";
import { editNote } from "../../../../../actions/release-notes.ts";

export const metadata: Metadata = { title: "Release notes" };

export default async function ReleaseNotePage({ params }: { readonly params: Promise<{ readonly slug: string; readonly id: string }> }) {
  const { slug, id } = await params;
  const page = await readPage(async (reader, actor) => {
    const found = /^[0-9a-f-]{36}$/.test(id) ? await getNote(reader, actor, id) : null;
    if (found === null || found.project.slug !== slug) throw new BerthError("not_found");
    return found;
  });
  return (
    <ProjectFrame project={page.project} sync={syncProject} eventsUrl={page.eventsUrl}>
      <NoteView page={page} edit={editNote} />
    </ProjectFrame>
  );
}
