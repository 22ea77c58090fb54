import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import type { AuditFields } from "../../audit/write.ts";
import { defineCommand } from "../../command.ts";
import { destroyEnvironment } from "../../environments/destroy.ts";
import { removeCredential, storeCredential } from "../credential.ts";
import { loadProject } from "../load.ts";
import { credentialInput, updateProjectInput } from "../schema.ts";

const projectObject = (project: { id: string }) => ({ type: "project", projectId: project.id }) as const;
const bySlug = z.strictObject({ project: z.string().min(1).max(64) });

const projectSelection = {
  id: true,
  name: true,
  dockerfilePath: true,
  contextPath: true,
  port: true,
  healthPath: true,
  healthTimeoutSeconds: true,
  protectedTags: true,
} as const;

/** Changes how the project is named, built and checked. Applies from the next deployment on. */
export const updateProject = defineCommand({
  name: "project.update",
  input: updateProjectInput,
  async load(tx, { project }) {
    const { id } = await loadProject(tx, project);
    return tx.project.findUniqueOrThrow({ where: { id }, select: projectSelection });
  },
  verb: "administer",
  object: projectObject,
  async perform(tx, project, { project: _slug, ...changes }) {
    const { id } = project;
    const data = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const changed = await tx.project.update({ where: { id }, data, select: projectSelection });
    await appendEvent(tx, { kind: "project.changed", projectId: id });
    return { id, ...differences(project, changed) };
  },
  subject: ({ id }, _input, { before, after }) => ({ objectType: "project", objectId: id, projectId: id, before, after }),
});

/** Says how the remote repository is read, or makes a new deploy key. */
export const setCredential = defineCommand({
  name: "project.set-credential",
  input: credentialInput,
  async load(tx, { project: slug }) {
    const project = await loadProject(tx, slug);
    const credential = await tx.repositoryCredential.findUnique({
      where: { projectId: project.id },
      select: { kind: true, username: true },
    });
    return { ...project, credential };
  },
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
  subject: ({ id, credential }, { kind, username }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    before: { credential: credential?.kind ?? "none", username: credential?.username ?? null },
    // What it is kept in is nobody's to read, but that it is another one is worth knowing.
    after: { credential: kind, username: kind === "basic" ? (username ?? "git") : null, secret: kind === "none" ? null : "masked, new" },
  }),
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
  subject: ({ id, slug, name }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    before: { name, slug, deleted: false },
    after: { name, slug, deleted: true },
  }),
});

/** The fields that are not as they were. */
function differences(one: AuditFields, other: AuditFields): { before: AuditFields; after: AuditFields } {
  const names = Object.keys(one).filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
  const pick = (fields: AuditFields) => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
  return { before: pick(one), after: pick(other) };
}
