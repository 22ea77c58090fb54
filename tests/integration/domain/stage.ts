import { randomUUID } from "node:crypto";

import type { Actor } from "#lib/domain/access/policy.ts";
import { systemActor } from "#lib/domain/access/policy.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { createProject } from "#lib/domain/projects/commands/create.ts";
import { storeRefs } from "#lib/domain/refs/store.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { createTestDatabase } from "#tests/support/database.ts";

export const admin: Actor = { ...systemActor, kind: "person", name: "Ada", email: "ada@example.org" };

const kinds = ["review", "demo", "staging", "uat", "production"] as const;

/** Somebody with these verbs in these kinds of stages of a project, and nothing else. */
export function person(projectId: string, grants: Readonly<Partial<Record<(typeof kinds)[number], readonly string[]>>>): Actor {
  const stages = new Map(kinds.map((kind) => [kind, new Set(grants[kind] ?? [])]));
  return { ...admin, name: "Deva", isAdmin: false, grants: new Map([[projectId, stages]]) };
}

export interface Stage {
  readonly context: CommandContext;
  /** With the rights of the worker: sees what web may not. */
  readonly worker: Database;
  project(): Promise<{ id: string; slug: string }>;
  branch(projectId: string, name: string, commit?: string): Promise<void>;
  end(): Promise<void>;
}

/** Commands as web runs them: a real database under web's own identity. */
export async function openStage(): Promise<Stage> {
  const test = await createTestDatabase();
  const onError = () => undefined;
  const web = openDatabase(test.roles.web, { connections: 8, onError });
  const worker = openDatabase(test.adminUrl, { connections: 2, onError });
  const context: CommandContext = {
    database: web.database,
    settings: {
      dashboardOrigin: "http://localhost:3000",
      previewDomain: "preview.localhost",
      previewOrigin: "http://preview.localhost:4000",
      allowFileRepositories: false,
      webhookKey: "a key of the tests, thirty-two characters or more",
    },
  };
  return {
    context,
    worker: worker.database,
    project: () => createProject.run(context, admin, { name: `Shop ${randomUUID().slice(0, 8)}` }),
    async branch(projectId, name, commit = "1".repeat(40)) {
      const ref = { kind: "branch" as const, name, fullName: `refs/heads/${name}`, commit };
      await worker.database.$transaction((tx) => storeRefs(tx, { id: projectId }, { added: [ref], moved: [], gone: [] }, new Map()));
      await worker.database.project.update({ where: { id: projectId }, data: { defaultBranch: "master" } });
    },
    async end() {
      await web.close();
      await worker.close();
      await test.drop();
    },
  };
}
