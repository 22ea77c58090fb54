import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { readMarathonApp } from "../import.ts";
import { allowPowersInput, importAppInput, setAppSettingsInput } from "../schema.ts";
import { loadLayer, withoutInherited, writeLayer } from "../write.ts";

/** Says how the apps of a project, or of one of its stages, are run. Applies from the next deployment on. */
export const setAppSettings = defineCommand({
  name: "app.set",
  input: setAppSettingsInput,
  load: (tx, place) => loadLayer(tx, place),
  verb: "administer",
  object: ({ project }) => ({ type: "project", projectId: project.id }) as const,
  perform: (tx, layer, { set, unset, size = {} }, actor) => writeLayer(tx, layer, { set, unset, size, beside: {} }, actor.name),
  subject: ({ project, stage }, _input, { id, before, after }) => ({
    objectType: stage === null ? "project" : "stage",
    objectId: id,
    projectId: project.id,
    ...(stage === null ? {} : { detail: { stage: stage.name } }),
    before,
    after,
  }),
});

/**
 * Takes over what people send to Marathon's /v2/apps, as far as it is theirs to say; `previewImport` tells beforehand what that is. Throws
 * `invalid_input` with the lines that are wrong.
 */
export const importApp = defineCommand({
  name: "app.import",
  input: importAppInput,
  load: (tx, place) => loadLayer(tx, place),
  verb: "administer",
  object: ({ project }) => ({ type: "project", projectId: project.id }) as const,
  async perform(tx, layer, { json }, actor) {
    const read = readMarathonApp(json, layer.stage === null ? "project" : "stage", layer.allowedPowers);
    if (read.problems.length > 0) {
      const detail = read.problems
        .slice(0, 5)
        .map(({ line, what, why }) => `Line ${line ?? 1}, ${what}: ${why}`)
        .join("; ");
      throw new BerthError("invalid_input", { detail, fields: { json: detail } });
    }
    const change = { ...withoutInherited(read.settings, layer), size: read.size, beside: read.project };
    const written = await writeLayer(tx, layer, change, actor.name);
    return { ...written, taken: Object.keys(change.set), left: read.left };
  },
  subject: ({ project, stage }, _input, { id, before, after }) => ({
    objectType: stage === null ? "project" : "stage",
    objectId: id,
    projectId: project.id,
    ...(stage === null ? {} : { detail: { stage: stage.name } }),
    before,
    after,
  }),
});

/**
 * Allows a project, by exact words, what gives power over hosts: privileges, host paths, files of the agents. For admins of the platform, with
 * a reason; Berth's own scheduler refuses it all the same.
 */
export const allowPowers = defineCommand({
  name: "app.allow-powers",
  input: allowPowersInput,
  async load(tx, { project }) {
    const { id } = await loadProject(tx, project);
    const { allowedPowers } = await tx.project.findUniqueOrThrow({ where: { id }, select: { allowedPowers: true } });
    return { id, allowedPowers };
  },
  verb: "manage_permissions",
  object: () => ({ type: "platform" }) as const,
  async perform(tx, { id }, { powers }, actor) {
    const after = [...new Set(powers)];
    await tx.project.update({ where: { id }, data: { allowedPowers: after }, select: { id: true } });
    await appendEvent(tx, {
      kind: "project.changed",
      projectId: id,
      actorName: actor.name,
      message: "What it may ask of hosts was changed",
    });
    return { id, after };
  },
  subject: ({ id, allowedPowers }, { reason }, { after }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    detail: { reason },
    before: { allowedPowers: allowedPowers.join("\n") },
    after: { allowedPowers: after.join("\n") },
  }),
});
