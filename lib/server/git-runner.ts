import { join } from "node:path";

import { type GitRunner, createGitRunner } from "#lib/adapters/git/runner.ts";
import { builtinFolder } from "#lib/domain/projects/repository-folder.ts";
import { outerEnvironment } from "#lib/platform/config.ts";

import { services } from "./services.ts";

let runner: GitRunner | undefined;

/** Git for the repositories that Berth keeps itself; web speaks to no other Git server. */
export function builtinGit(): GitRunner {
  return (runner ??= createGitRunner({
    homeDir: join(services().home, "git-home-web"),
    log: services().log,
    protocols: [],
    environment: outerEnvironment(),
  }));
}

/** The folder of a project's own repository. */
export function repositoryFolder(projectId: string): string {
  return builtinFolder(join(services().home, "git"), projectId);
}
