import { randomUUID } from "node:crypto";

import { actorOfPerson } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { createProject } from "#lib/domain/projects/commands/create.ts";
import { storeRefs } from "#lib/domain/refs/store.ts";
import { type PrivateSealingKey, generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type Database, type Role, openDatabase } from "#lib/platform/database/client.ts";
import { type EventDetail, appendEvent } from "#lib/platform/events/append.ts";
import { createLog } from "#lib/platform/log.ts";
import { admin } from "#tests/integration/domain/stage.ts";
import { createTestDatabase } from "#tests/support/database.ts";

export const webhookKey = "a key of the tests, thirty-two characters or more";

/** A project with an environment, people with roles, and the database as web, as the worker and as its owner see it. */
export interface TellingStage {
  readonly context: CommandContext;
  readonly worker: Database;
  readonly owner: Database;
  readonly sealingKey: PrivateSealingKey;
  readonly log: ReturnType<typeof createLog>;
  person(
    name: string,
    roles?: { readonly project: string; readonly roles: readonly Role[] },
    data?: { isAdmin?: boolean },
  ): Promise<Someone>;
  project(): Promise<{ id: string; slug: string }>;
  /** An environment of a branch in the project's review stage, asked for by somebody. */
  environment(project: { id: string; slug: string }, by: Actor, author?: string): Promise<Place>;
  /** Records an event in the environment, as a command or the worker does. */
  happen(place: Place, kind: string, detail?: EventDetail): Promise<bigint>;
  end(): Promise<void>;
}

export interface Someone {
  readonly id: string;
  readonly email: string;
  actor(): Promise<Actor>;
}

export interface Place {
  readonly projectId: string;
  readonly environmentId: string;
  readonly deploymentId: string;
}

export async function openTellingStage(): Promise<TellingStage> {
  const test = await createTestDatabase();
  const onError = () => undefined;
  const web = openDatabase(test.roles.web, { connections: 4, onError });
  const worker = openDatabase(test.roles.worker, { connections: 6, onError });
  const owner = openDatabase(test.adminUrl, { connections: 2, onError });
  const settings = {
    dashboardOrigin: "http://localhost:3000",
    previewDomain: "preview.localhost",
    previewOrigin: "http://preview.localhost:4000",
    allowFileRepositories: false,
    webhookKey,
  };
  const context = { database: web.database, settings };
  const sealingKey = generateSealingKey("test");
  await owner.database.sealingKey.create({ data: { kid: sealingKey.kid, publicKey: new Uint8Array(sealingKey.publicKey) } });
  return {
    context,
    worker: worker.database,
    owner: owner.database,
    sealingKey,
    log: createLog("worker", "silent"),
    async person(name, roles, data = {}) {
      const email = `${name.toLowerCase()}-${randomUUID().slice(0, 8)}@example.org`;
      const { id } = await owner.database.person.create({ data: { name, email, ...data }, select: { id: true } });
      if (roles !== undefined)
        await owner.database.membership.createMany({
          data: roles.roles.map((role) => ({ projectId: roles.project, personId: id, role })),
        });
      return {
        id,
        email,
        async actor() {
          const actor = await actorOfPerson(web.database, id);
          if (actor === null) throw new Error(`${name} is nobody`);
          return actor;
        },
      };
    },
    project: () => createProject.run(context, admin, { name: `Shop ${randomUUID().slice(0, 8)}` }),
    async environment(project, by, author) {
      const name = `issue-${randomUUID().slice(0, 6)}`;
      const commit = randomUUID().replaceAll("-", "").padEnd(40, "0");
      const ref = { kind: "branch" as const, name, fullName: `refs/heads/${name}`, commit };
      await owner.database.$transaction((tx) => storeRefs(tx, { id: project.id }, { added: [ref], moved: [], gone: [] }, new Map()));
      await owner.database.project.update({ where: { id: project.id }, data: { defaultBranch: "master" } });
      if (author !== undefined)
        await owner.database.ref.updateMany({ where: { projectId: project.id, name }, data: { authorEmail: author } });
      const { environmentId, deploymentId } = await preview.run(context, by, { project: project.slug, ref: name });
      return { projectId: project.id, environmentId, deploymentId };
    },
    async happen(place, kind, detail) {
      await appendEvent(owner.database, { ...place, kind, message: "It happened.", ...(detail === undefined ? {} : { detail }) });
      const { id } = await owner.database.event.findFirstOrThrow({ where: { kind }, orderBy: { id: "desc" }, select: { id: true } });
      return id;
    },
    async end() {
      await web.close();
      await worker.close();
      await owner.close();
      await test.drop();
    },
  };
}
