import "server-only";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { syncProject } from "#lib/domain/projects/commands/settings.ts";
import { sampleHistory } from "#lib/domain/projects/sample/history.ts";

import { builtinGit, repositoryFolder } from "./git-runner.ts";
import { makeProject } from "./make-project.ts";

const importMs = 30_000;

/** A project with the sample shop in a repository of its own: branches, tags and all. Needs no internet. */
export async function makeSampleProject(context: CommandContext, actor: Actor): Promise<{ id: string; slug: string; gitUrl: string }> {
  const project = await makeProject(context, actor, { name: "Sample shop" });
  await builtinGit().run(["fast-import", "--quiet", "--done"], {
    gitDir: repositoryFolder(project.id),
    input: sampleHistory(),
    timeoutMs: importMs,
    maxOutputBytes: 64 * 1024,
  });
  await syncProject.run(context, actor, { project: project.slug });
  return project;
}
