import { z } from "zod";

import { compareReleases } from "#lib/domain/release-notes/commands/compare.ts";
import { editNote } from "#lib/domain/release-notes/commands/edit.ts";
import { type NotePage, getNote } from "#lib/domain/release-notes/queries.ts";
import { compareInput, editNoteInput } from "#lib/domain/release-notes/schema.ts";

import { operation } from "./operation.ts";
import { idParams, slugParams } from "./schemas.ts";

const noteSchema = z
  .object({
    id: z.uuid(),
    from: z.string(),
    to: z.string(),
    state: z.enum(["reading", "known"]).meta({ description: "reading: the worker has not come to the commits yet" }),
    version: z.number(),
    edited: z.boolean(),
    text: z.string(),
    authors: z.array(z.string()),
    issues: z.array(z.number()),
  })
  .meta({ id: "ReleaseNote" });

function noteJson({ head, range, version, text, note }: NotePage) {
  return {
    id: head.id,
    from: head.from,
    to: head.to,
    state: range.state === "known" ? ("known" as const) : ("reading" as const),
    version,
    edited: head.edited,
    text,
    authors: [...note.authors],
    issues: [...note.issues],
  };
}

/** What lies between two tags or environments. */
export const releaseNoteOperations = [
  operation({
    method: "POST",
    path: "/projects/{slug}/release-notes",
    id: "compareReleases",
    summary: "Ask for the release notes between two tags or environments (`tag:v2.1`, `environment:production`)",
    tag: "projects",
    params: slugParams,
    body: compareInput.omit({ project: true }),
    success: { status: 200, schema: noteSchema },
    async run({ services, actor, params, body }) {
      const { id } = await compareReleases.run(services, actor, { ...body, project: params.slug });
      return noteJson(await getNote(services, actor, id));
    },
  }),
  operation({
    method: "GET",
    path: "/release-notes/{id}",
    id: "getReleaseNote",
    summary: "Release notes, as they were edited or as they are made from the commits",
    tag: "projects",
    params: idParams,
    success: { status: 200, schema: noteSchema },
    run: async ({ services, actor, params }) => noteJson(await getNote(services, actor, params.id)),
  }),
  operation({
    method: "PUT",
    path: "/release-notes/{id}",
    id: "editReleaseNote",
    summary: "Write release notes anew; an empty text takes that back",
    tag: "projects",
    params: idParams,
    body: editNoteInput.omit({ note: true }),
    success: { status: 200, schema: noteSchema },
    async run({ services, actor, params, body }) {
      await editNote.run(services, actor, { ...body, note: params.id });
      return noteJson(await getNote(services, actor, params.id));
    },
  }),
];
