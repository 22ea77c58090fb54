import { parseRepositoryUrl } from "#lib/adapters/git/url.ts";
import { BerthError } from "#lib/core/errors.ts";
import { distinctSlugOf, slugOf } from "#lib/core/slug.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { storeCredential } from "../credential.ts";
import { defaultPipeline } from "../pipeline.ts";
import { createProjectInput } from "../schema.ts";

/** Leaves room for refs in host labels, which hold 63 characters in all. */
const projectSlugLength = 30;

/** A project from a Git URL, or with a repository of Berth's own. It gets the default pipeline. */
export const createProject = defineCommand({
  name: "project.create",
  input: createProjectInput,
  async load(tx, { name, repository }, _actor, settings) {
    const url = repository === undefined ? null : parseRepositoryUrl(repository, { allowFile: settings.allowFileRepositories });
    return { url, slug: await freeSlug(tx, name) };
  },
  verb: "create_project",
  object: () => ({ type: "platform" }) as const,
  gate({ url }, { password, sshKey }) {
    if (password !== undefined && url?.kind !== "https" && url?.kind !== "http")
      throw new BerthError("invalid_input", {
        detail: "A password goes with an https URL.",
        fields: { password: "A password goes with an https URL." },
      });
    if (sshKey === true && url?.kind !== "ssh")
      throw new BerthError("invalid_input", {
        detail: "A deploy key goes with an ssh URL.",
        fields: { sshKey: "A deploy key goes with an ssh URL." },
      });
  },
  async perform(tx, { url, slug }, input, actor, settings) {
    const project = await tx.project.create({
      data: {
        slug,
        name: input.name,
        repositoryKind: url === null ? "builtin" : "remote",
        repositoryUrl: url?.url ?? null,
        createdById: actor.id,
        stages: { createMany: { data: defaultPipeline.map((stage, position) => ({ ...stage, position })) } },
      },
      select: { id: true },
    });
    if (input.password !== undefined)
      await storeCredential(tx, project.id, { kind: "basic", username: input.username, password: input.password });
    if (input.sshKey === true) await storeCredential(tx, project.id, { kind: "ssh" });
    await appendEvent(tx, {
      kind: "project.created",
      projectId: project.id,
      actorName: actor.name,
      message: `Project ${input.name} created`,
    });
    if (url !== null) await enqueue(tx, { task: "sync-refs", payload: { projectId: project.id } });
    return { id: project.id, slug, gitUrl: url?.url ?? `${settings.dashboardOrigin}/git/${slug}.git` };
  },
  subject: ({ url }, { name }, { id, slug }) => ({
    objectType: "project",
    objectId: id,
    projectId: id,
    detail: { name, slug },
    after: { name, slug, repository: url?.url ?? "Berth" },
  }),
});

async function freeSlug(tx: Transaction, name: string): Promise<string> {
  const plain = slugOf(name, projectSlugLength);
  // Slugs of deleted projects stay taken: their images and apps may still be on their way out.
  const taken = async (slug: string) => (await tx.project.count({ where: { slug } })) > 0;
  if (!(await taken(plain))) return plain;
  for (let attempt = 2; attempt < 1_000; attempt += 1) {
    const numbered = `${slugOf(name, projectSlugLength - 4)}-${attempt}`;
    if (!(await taken(numbered))) return numbered;
  }
  return distinctSlugOf(`${name}-${Date.now()}`, projectSlugLength);
}
