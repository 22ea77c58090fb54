import { join } from "node:path";

import type { GitCredential, GitSource } from "#lib/adapters/git/source.ts";
import { BerthError } from "#lib/core/errors.ts";
import { open } from "#lib/platform/crypto/sealing.ts";

import { repositoryScope } from "../projects/credential.ts";
import { builtinFolder } from "../projects/repository-folder.ts";
import type { WorkerContext } from "../workers/context.ts";

/** Where a project's commits come from, with its credential opened. Throws `not_found` when the project is gone. */
export async function openSource(context: WorkerContext, projectId: string): Promise<{ source: GitSource; mirror: string }> {
  const project = await context.database.project.findFirst({
    where: { id: projectId, deletedAt: null },
    select: { repositoryKind: true, repositoryUrl: true, credential: { include: { secret: true } } },
  });
  if (project === null) throw new BerthError("not_found");
  const mirror = join(context.folders.mirrors, `${projectId}.git`);
  if (project.repositoryKind === "builtin")
    return { source: { kind: "local", gitDir: builtinFolder(context.folders.builtin, projectId) }, mirror };
  if (project.repositoryUrl === null) throw new BerthError("git_url_invalid");
  if (project.credential === null) return { source: { kind: "remote", url: project.repositoryUrl }, mirror };
  const value = openSecret(context, project.credential.secret, repositoryScope(projectId));
  const credential: GitCredential =
    project.credential.kind === "ssh"
      ? { kind: "ssh", privateKey: value }
      : { kind: "basic", username: project.credential.username ?? "git", password: value };
  return { source: { kind: "remote", url: project.repositoryUrl, credential }, mirror };
}

/** Opens a sealed row for one of `scopes`; a value that cannot be opened fails the step, it is never an empty string. */
export function openSecret(
  context: Pick<WorkerContext, "sealingKey" | "log">,
  sealed: Parameters<typeof open>[1],
  ...scopes: readonly string[]
): string {
  try {
    return open(context.sealingKey, sealed, ...scopes);
  } catch (error) {
    throw new BerthError("secret_unreadable", { cause: error });
  }
}
