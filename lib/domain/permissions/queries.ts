import { type Actor, authorise } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";
import { type ProjectMatrix, countHolders, loadDefaultMatrix, loadProjectMatrix } from "./load.ts";
import type { Holders, Matrix } from "./words.ts";

export interface DefaultPermissions {
  readonly matrix: Matrix;
  readonly fingerprint: string;
  /** Who holds which roles in the projects that use the default. */
  readonly holders: readonly Holders[];
  /** How many projects use the default, and how many have their own. */
  readonly projects: { readonly using: number; readonly own: number };
}

/** The platform's default matrix, for whoever may change it. */
export async function getDefaultPermissions(reader: Reader, actor: Actor): Promise<DefaultPermissions> {
  authorise(actor, "manage_permissions", { type: "platform" });
  const { database } = reader;
  const [permissions, holders, using, own] = await Promise.all([
    loadDefaultMatrix(database),
    countHolders(database, null),
    database.project.count({ where: { deletedAt: null, ownPermissions: false } }),
    database.project.count({ where: { deletedAt: null, ownPermissions: true } }),
  ]);
  return { ...permissions, holders, projects: { using, own } };
}

export interface ProjectPermissions extends ProjectMatrix {
  readonly project: ProjectHead;
  /** Who holds which roles in the project. */
  readonly holders: readonly Holders[];
}

/** A project's matrix beside the platform's default, for whoever administers the project. */
export async function getProjectPermissions(reader: Reader, actor: Actor, slug: string): Promise<ProjectPermissions> {
  const head = await readProject(reader, actor, slug);
  authorise(actor, "administer", { type: "project", projectId: head.id });
  const [permissions, holders] = await Promise.all([loadProjectMatrix(reader.database, head.id), countHolders(reader.database, head.id)]);
  return { ...permissions, project: headOf(reader.settings, actor, head), holders };
}
