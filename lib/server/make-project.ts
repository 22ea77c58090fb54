import "server-only";
import { createBuiltinRepository } from "#lib/adapters/git/builtin.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { createProject } from "#lib/domain/projects/commands/create.ts";

import { builtinGit, repositoryFolder } from "./git-runner.ts";

/** Creates a project, and its own repository where it has one. A repository that could not be made now is made at the first push. */
export async function makeProject(
  context: CommandContext,
  actor: Actor,
  input: unknown,
): Promise<{ id: string; slug: string; gitUrl: string }> {
  const project = await createProject.run(context, actor, input);
  if (project.gitUrl.startsWith(`${context.settings.dashboardOrigin}/git/`))
    await createBuiltinRepository(builtinGit(), repositoryFolder(project.id));
  return project;
}
