import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { destroyEnvironment } from "../../environments/destroy.ts";
import { removeCredential, storeCredential } from "../credential.ts";
import { loadProject } from "../load.ts";
import { credentialInput, stageInput, updateProjectInput } from "../schema.ts";

const projectObject = (project: { id: string }) => ({ type: "project", projectId: project.id }) as const;
const bySlug = z.strictObject({ project: z.string().min(1).max(64) });

/** Changes how the project is named, built and checked. Applies from the next deployment on. */
export const updateProject = defineCommand({
  name: "project.update",
  input: updateProjectInput,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: projectObject,
  async perform(tx, { id }, { project: _slug, ...changes }) {
    const data = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    await tx.project.update({ where: { id }, data });
    await appendEvent(tx, { kind: "project.changed", projectId: id });
    return { id };
  },
  subject: ({ id }, input) => ({ objectType: "project", objectId: id, projectId: id, detail: { changed: Object.keys(input).join(" ") } }),
});

/** Says how the remote repository is read, or makes a new deploy key. */
export const setCredential = defineCommand({
  name: "project.set-credential",
  input: credentialInput,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: projectObject,
  gate(project, { kind, password }) {
    if (project.repositoryKind === "builtin") throw new BerthError("conflict", { detail: "A repository at Berth needs no credential." });
    if (kind === "basic" && password === undefined)
      throw new BerthError("invalid_input", { fields: { password: "Enter the password or token." } });
  },
  async perform(tx, { id }, input) {
    if (input.kind === "none") await removeCredential(tx, id);
    else if (input.kind === "ssh") await storeCredential(tx, id, { kind: "ssh" });
    else await storeCredential(tx, id, { kind: "basic", username: input.username, password: input.password ?? "" });
    await enqueue(tx, { task: "sync-refs", payload: { projectId: id } });
    return { id };
  },
  subject: ({ id }, { kind }) => ({ objectType: "project", objectId: id, projectId: id, detail: { kind } }),
});

/** Asks for a look at the remote now. */
export const syncProject = defineCommand({
  name: "project.sync",
  input: bySlug,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "view",
  object: projectObject,
  async perform(tx, { id }) {
    await tx.project.update({ where: { id }, data: { syncRequestedAt: new Date() } });
    await enqueue(tx, { task: "sync-refs", payload: { projectId: id } });
    return { id };
  },
  subject: ({ id }) => ({ objectType: "project", objectId: id, projectId: id }),
});

/** Removes the project: its environments are taken down one by one, its history stays in the audit log. */
export const deleteProject = defineCommand({
  name: "project.delete",
  input: z.strictObject({ project: z.string().min(1).max(64), confirm: z.string() }),
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: projectObject,
  gate({ slug }, { confirm }) {
    if (confirm !== slug) throw new BerthError("invalid_input", { fields: { confirm: `Type ${slug} to confirm.` } });
  },
  async perform(tx, { id }, _input, actor) {
    const environments = await tx.environment.findMany({
      where: { projectId: id, destroyedAt: null, desired: { not: "destroyed" } },
      select: { id: true, projectId: true },
    });
    for (const environment of environments) await destroyEnvironment(tx, actor, environment, "The project was deleted");
    await tx.project.update({ where: { id }, data: { deletedAt: new Date() } });
    await appendEvent(tx, { kind: "project.deleted", projectId: id, actorName: actor.name });
    return { id };
  },
  subject: ({ id, slug }) => ({ objectType: "project", objectId: id, projectId: id, detail: { slug } }),
});

/** Changes a stage's size and whether pushes redeploy. Applies from the next deployment on. */
export const updateStage = defineCommand({
  name: "stage.update",
  input: stageInput,
  async load(tx, { stage }) {
    const found = await tx.stage.findUnique({ where: { id: stage }, select: { id: true, projectId: true, name: true } });
    if (found === null) throw new BerthError("not_found");
    return found;
  },
  verb: "administer",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  async perform(tx, { id, projectId }, { stage: _stage, ...changes }) {
    const data = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    await tx.stage.update({ where: { id }, data });
    if (changes.instances !== undefined)
      await tx.environment.updateMany({ where: { stageId: id, destroyedAt: null }, data: { instances: changes.instances } });
    await appendEvent(tx, { kind: "project.changed", projectId });
    return { id };
  },
  subject: ({ id, projectId, name }) => ({ objectType: "stage", objectId: id, projectId, detail: { name } }),
});
