import type { Database, Role, StageKind } from "#lib/platform/database/client.ts";
import type { Door } from "#lib/server/doors/table.ts";

import type { Target } from "./target.ts";
import { kinds, type Who } from "./world.ts";

/** The matrix as the table says it: role, kind of stage, verbs. */
export type Matrix = (roles: readonly Role[], kind: StageKind) => ReadonlySet<string>;

/** Reads the table itself; nothing of what the product makes of it. */
export async function readMatrix(database: Database): Promise<Matrix> {
  const rows = await database.permission.findMany();
  return (roles, kind) => new Set(rows.filter((row) => row.stageKind === kind && roles.includes(row.role)).map(({ verb }) => verb));
}

/** The codes of refusals that a cell may answer with; null: the door opens, and nothing is refused for want of a right. */
export type Expected = readonly string[] | null;

/** Codes that mean "you may not", in one way or another, or that the question was not understood. */
export const refusals: readonly string[] = ["not_signed_in", "not_found", "forbidden", "view_only", "invalid_input", "internal"];

/** Doors that also hide which of a project's stages there are. */
export const aboutOneStage = ["stages#updateStage", "stages#removeStage", "updateStage", "removeStage"];
/** What stays of a project that was deleted: its history, and the right to end links into it. */
const outlivingProjects = ["/audit/[seq]", "share-links#revokeShareLink", "revokeShareLink"];
/** What ends the looking is the one thing that may be done while one looks through another's eyes. */
const whileViewing = ["view-as#endViewAs", "access#signOut"];

export function isWrite(door: Door): boolean {
  if (door.name.endsWith("verifyAudit")) return false;
  if (door.name === "/evidence") return true;
  return door.kind === "action" || (door.kind === "operation" && !/^(?:get|list)/.test(door.name));
}

/** Whether the person has what this kind of door looks at: a session in the browser, or a token. */
export function hasKey(door: Door, who: Who): boolean {
  if (who.personId === null) return true;
  return (door.kind === "operation" || door.kind === "other" ? who.token : who.session) !== null;
}

/** What a door must answer, from its declaration and the rows of the database. */
export function expectedOf(matrix: Matrix, door: Door, who: Who, target: Target): Expected {
  const { need } = door;
  if ("open" in need) return null;
  if (!who.lives) return ["not_signed_in"];
  if (who.viewing && isWrite(door))
    return whileViewing.includes(door.name) ? null : target.place === "malformed" ? ["view_only", "invalid_input"] : ["view_only"];
  if ("signedIn" in need) return null;
  const within = who.verbs === null || need.verb === "view" || need.verb === "see_health" || who.verbs.includes(need.verb);
  if (need.on === "account") return within && !who.onlyOwn ? null : refused(door, "forbidden");
  if (need.on === "platform")
    return (who.isAdmin && within && !who.onlyOwn) || need.verb === "see_health" ? null : refused(door, "forbidden");
  if (target.place === "malformed") return ["not_found", "invalid_input"];
  const scope = {
    oneStage: need.on === "environment" || aboutOneStage.includes(door.name),
    outlives: outlivingProjects.includes(door.name),
  };
  if (!exists(matrix, who, target, scope)) return ["not_found"];
  return within && allows(matrix, door, who, target) ? null : refused(door, "forbidden");
}

/** A page shows nothing where anything else would say "forbidden". */
function refused(door: Door, code: string): Expected {
  return [door.kind === "page" ? "not_found" : code];
}

function exists(
  matrix: Matrix,
  who: Who,
  { place, kind }: Target,
  { oneStage, outlives }: { oneStage: boolean; outlives: boolean },
): boolean {
  if (place === "unknown") return false;
  if (place === "deleted") return who.isAdmin && !who.onlyOwn && outlives;
  if (who.isAdmin) return place === "own" || !who.onlyOwn;
  if (place !== "own" && !who.everywhere) return false;
  return oneStage ? matrix(who.roles, kind).has("view") : kinds.some((each) => matrix(who.roles, each).size > 0);
}

function allows(matrix: Matrix, { need }: Door, who: Who, { kind }: Target): boolean {
  if (who.isAdmin || !("on" in need)) return true;
  if (need.on === "environment") return matrix(who.roles, kind).has(need.verb);
  if (need.on === "any-stage") return kinds.some((each) => matrix(who.roles, each).has(need.verb));
  // Whoever may deploy what is under review may push it.
  return need.verb === "view" || (need.verb === "push" && matrix(who.roles, "review").has("deploy"));
}
