import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { sealSecret } from "../../projects/credential.ts";
import { loadProject } from "../../projects/load.ts";
import { forgeFields } from "../schema.ts";

const selection = { forge: true, apiUrl: true, repository: true, statuses: true, comments: true, secretId: true } as const;
const projectObject = ({ id }: { readonly id: string }) => ({ type: "project", projectId: id }) as const;

/** Says how Berth speaks to the project's forge: where, as whom, and what it tells there. */
export const connectForgeCommand = defineCommand({
  name: "forge.connect",
  input: z.strictObject({ project: z.string().min(1).max(64), ...forgeFields }),
  async load(tx, { project }) {
    const { id } = await loadProject(tx, project);
    return { id, before: await tx.forgeConnection.findUnique({ where: { projectId: id }, select: selection }) };
  },
  verb: "administer",
  object: projectObject,
  gate({ before }, { accessToken: token, apiUrl }) {
    if (token === undefined && before?.secretId == null) throw missingToken("Enter a token.");
    // A token given to one server is not sent to another.
    if (token === undefined && before !== null && new URL(before.apiUrl).origin !== new URL(apiUrl).origin)
      throw missingToken("Enter the token again: the address is another one.");
  },
  async perform(tx, { id, before }, { project: _project, accessToken: token, ...fields }) {
    const secretId = token === undefined ? (before?.secretId ?? null) : await sealSecret(tx, `forge:${id}`, token);
    const data = { ...fields, secretId, problem: null, changedAt: new Date() };
    await tx.forgeConnection.upsert({
      where: { projectId: id },
      create: { projectId: id, ...data },
      update: data,
      select: { projectId: true },
    });
    if (token !== undefined && before?.secretId != null) await tx.sealedSecret.deleteMany({ where: { id: before.secretId } });
    return { id };
  },
  subject: ({ id, before }, { project: _project, accessToken: token, ...fields }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    before:
      before === null
        ? { forge: null }
        : {
            forge: before.forge,
            apiUrl: before.apiUrl,
            repository: before.repository,
            statuses: before.statuses,
            comments: before.comments,
            token: before.secretId === null ? null : "masked",
          },
    after: { ...fields, token: token === undefined ? "masked" : "masked, new" },
  }),
});

/** Tells the forge nothing any more and forgets the token. */
export const disconnectForge = defineCommand({
  name: "forge.disconnect",
  input: z.strictObject({ project: z.string().min(1).max(64) }),
  async load(tx, { project }) {
    const { id } = await loadProject(tx, project);
    const before = await tx.forgeConnection.findUnique({ where: { projectId: id }, select: selection });
    return { id, before };
  },
  verb: "administer",
  object: projectObject,
  gate({ before }) {
    if (before === null) throw new BerthError("not_found");
  },
  async perform(tx, { id, before }) {
    await tx.forgeConnection.deleteMany({ where: { projectId: id } });
    if (before?.secretId != null) await tx.sealedSecret.deleteMany({ where: { id: before.secretId } });
    return { id };
  },
  subject: ({ id, before }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    before: { forge: before?.forge ?? null, repository: before?.repository ?? null },
    after: { forge: null },
  }),
});

function missingToken(message: string): BerthError {
  return new BerthError("invalid_input", { detail: message, fields: { accessToken: message } });
}
