import { join } from "node:path";

/** The folder of a project's built-in repository: a function of the row's id, never of anything typed. */
export function builtinFolder(folder: string, projectId: string): string {
  return join(folder, `${projectId}.git`);
}
