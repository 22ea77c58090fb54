import { cp, rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { readRanges } from "#lib/domain/promotions/ranges.ts";
import { compareReleases } from "#lib/domain/release-notes/commands/compare.ts";
import { editNote } from "#lib/domain/release-notes/commands/edit.ts";
import { getNote, listNotes } from "#lib/domain/release-notes/queries.ts";
import { notesAtMost } from "#lib/domain/release-notes/schema.ts";
import { type WorkingCopy, makeWorkingCopy } from "#tests/faults/support/repository.ts";

import { type TestWorker, openWorker, publishSealingKey } from "../clusters/worker.ts";
import { type Stage, admin, openStage, person } from "../domain/stage.ts";

let stage: Stage;
let worker: TestWorker;
let copy: WorkingCopy;
let project: { id: string; slug: string };
const commits = { old: "", new: "" };

beforeAll(async () => {
  stage = await openStage();
  worker = await openWorker({
    database: stage.worker,
    sealingKey: await publishSealingKey(stage.worker),
    settings: { urls: ["http://127.0.0.1:9"], embedded: true },
  });
  copy = await makeWorkingCopy();
  commits.old = await copy.commit({ "a.txt": "1" }, "Begin");
  await copy.commit({ "a.txt": "2" }, "feat(cart): pay by card, closes #12");
  commits.new = await copy.commit({ "a.txt": "3" }, "fix: round to cents");
});

afterAll(async () => {
  await copy.remove();
  await worker.end();
  await stage.end();
});

beforeEach(async () => {
  project = await stage.project();
  const folder = join(worker.context.folders.builtin, `${project.id}.git`);
  await rm(folder, { recursive: true, force: true });
  await cp(join(copy.folder, ".git"), folder, { recursive: true });
  for (const [name, commit] of [
    ["v1", commits.old],
    ["v2", commits.new],
  ] as const)
    await stage.worker.ref.create({ data: { projectId: project.id, kind: "tag", name, slug: name, commit } });
});

const compare = (from: string, to: string, actor = admin) => compareReleases.run(stage.context, actor, { project: project.slug, from, to });
const note = (id: string, actor = admin) => getNote(stage.context, actor, id);

it("what lies between two tags is read from Git by the worker, grouped, and asked for twice it is the same note", async () => {
  const { id } = await compare("tag:v1", "tag:v2");
  expect((await note(id)).range.state).toBe("reading");
  await readRanges(worker.context);
  const read = await note(id);
  expect(read.note.groups.map(({ title, entries }) => `${title}: ${entries.map(({ words }) => words).join()}`)).toEqual([
    "Features: pay by card, closes #12",
    "Fixes: round to cents",
  ]);
  expect(read.note.issues).toEqual([12]);
  expect(await compare("tag:v1", "tag:v2")).toEqual({ id });
});

it("words of people stand in place of those made from the commits until they are taken back, and are not overwritten unseen", async () => {
  const { id } = await compare("tag:v1", "tag:v2");
  await readRanges(worker.context);
  await editNote.run(stage.context, admin, { note: id, version: 1, body: "What we made\r\n" });
  expect(await note(id)).toMatchObject({ text: "What we made\n", editedBy: "Ada", version: 2 });
  await expect(editNote.run(stage.context, admin, { note: id, version: 1, body: "Mine" })).rejects.toMatchObject({ code: "conflict" });
  await editNote.run(stage.context, admin, { note: id, version: 2 });
  expect((await note(id)).text).toContain("## Features");
});

it("two names of one commit, what is not there, and what is not a side are refused with words", async () => {
  await stage.worker.ref.create({ data: { projectId: project.id, kind: "tag", name: "v1b", slug: "v1b", commit: commits.old } });
  await expect(compare("tag:v1", "tag:v1b")).rejects.toMatchObject({ code: "conflict" });
  await expect(compare("tag:v1", "tag:nothing")).rejects.toMatchObject({ code: "invalid_input" });
  await expect(compare("tag:v1", "environment:production")).rejects.toMatchObject({ code: "invalid_input" });
  await expect(compare("tag:v1", "commit:--upload-pack=x")).rejects.toMatchObject({ code: "invalid_input" });
});

it("a note about a stage is not there for whoever may not view the stage", async () => {
  const hidden = await stage.worker.releaseNote.create({
    data: {
      projectId: project.id,
      fromName: "v1",
      fromCommit: commits.old,
      toName: "production",
      toKind: "production",
      toCommit: commits.new,
      refName: "",
      createdByName: "Otto",
    },
  });
  const deva = person(project.id, { review: ["view", "deploy"] });
  await expect(note(hidden.id, deva)).rejects.toMatchObject({ code: "not_found" });
  expect((await listNotes(stage.context, deva, project.slug)).notes).toEqual([]);
  expect((await note(hidden.id, person(project.id, { production: ["view"] }))).head.to).toBe("production");
});

it("a project keeps a bounded number of notes, and never loses one that somebody edited", async () => {
  const rows = Array.from({ length: notesAtMost }, (_, at) => ({
    projectId: project.id,
    fromName: `v${at}`,
    fromCommit: commits.old,
    toName: "w",
    toCommit: commits.new,
    refName: "",
    createdByName: "Ada",
    createdAt: new Date(at),
    body: at === 0 ? "Edited" : null,
  }));
  await stage.worker.releaseNote.createMany({ data: rows });
  await compare("tag:v1", "tag:v2");
  const kept = await stage.worker.releaseNote.findMany({ where: { projectId: project.id }, select: { fromName: true, body: true } });
  expect(kept.filter(({ body }) => body === null)).toHaveLength(notesAtMost);
  expect(kept.some(({ body }) => body === "Edited")).toBe(true);
});
