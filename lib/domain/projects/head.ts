import { errorCatalogue, isErrorCode } from "#lib/core/error-catalogue.ts";
import { BerthError } from "#lib/core/errors.ts";
import type { Problem } from "#lib/core/problem.ts";
import type { Database } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import type { Settings } from "../command.ts";
import { kindsWhere } from "./visible.ts";

/** What every page of a project shows at its top. */
export interface ProjectHead {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly repositoryKind: "builtin" | "remote";
  /** What to push to, or where it is read from. */
  readonly gitUrl: string;
  readonly defaultBranch: string | null;
  readonly syncedAt: Date | null;
  readonly syncProblem: Problem | null;
  readonly mayAdminister: boolean;
  readonly mayPush: boolean;
  /** Whether there are variables he may see. */
  readonly mayConfigure: boolean;
}

/** What queries need: the database, this installation's addresses, and who asks. */
export interface Reader {
  readonly database: Database;
  readonly settings: Settings;
}

export const headSelection = {
  id: true,
  slug: true,
  name: true,
  repositoryKind: true,
  repositoryUrl: true,
  defaultBranch: true,
  syncedAt: true,
  syncErrorCode: true,
  syncErrorText: true,
} as const;

interface HeadRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly repositoryKind: "builtin" | "remote";
  readonly repositoryUrl: string | null;
  readonly defaultBranch: string | null;
  readonly syncedAt: Date | null;
  readonly syncErrorCode: string | null;
  readonly syncErrorText: string | null;
}

/** Reads a project by slug for somebody who may view it; `not_found` for everybody else. */
export async function readProject(reader: Reader, actor: Actor, slug: string): Promise<HeadRow> {
  const row = await reader.database.project.findFirst({ where: { slug, deletedAt: null }, select: headSelection });
  if (row === null) throw new BerthError("not_found");
  authorise(actor, "view", { type: "project", projectId: row.id });
  return row;
}

export function headOf(settings: Settings, actor: Actor, row: HeadRow): ProjectHead {
  const object = { type: "project", projectId: row.id } as const;
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    repositoryKind: row.repositoryKind,
    gitUrl: row.repositoryUrl ?? `${settings.dashboardOrigin}/git/${row.slug}.git`,
    defaultBranch: row.defaultBranch,
    syncedAt: row.syncedAt,
    syncProblem: storedProblem(row.syncErrorCode, row.syncErrorText),
    mayAdminister: may(actor, "administer", object),
    mayPush: may(actor, "push", object),
    mayConfigure: kindsWhere(actor, "configure", row.id).length > 0,
  };
}

/** A stored code and text as a problem to show; null where there is none. */
export function storedProblem(code: string | null, text: string | null): Problem | null {
  if (code === null) return null;
  const known = isErrorCode(code) ? code : "internal";
  return { code: known, title: errorCatalogue[known].title, detail: text, help: errorCatalogue[known].help };
}

/**
 * Where a project's page hears that something changed since it was read. Ask for it before reading anything else: what
 * happens between the reading and the listening is then told at the start of the stream.
 */
export async function openEvents(reader: Pick<Reader, "database">): Promise<(projectId: string) => string> {
  const { _max } = await reader.database.event.aggregate({ _max: { id: true } });
  return (projectId) => `/stream/projects/${projectId}?after=${_max.id ?? 0}`;
}
