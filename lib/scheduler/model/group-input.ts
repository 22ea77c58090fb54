import { z } from "zod";

import { type FailureDetail, MarathonFailure, notValid } from "../failures.ts";
import { isRecord, withoutNulls } from "./json.ts";
import { canonicalId, parentOf, problemsWithGroupId, rootId } from "./path-id.ts";

/** A group as a client sends it: what is absent keeps what was there. The apps are read where they are used. */
export interface GroupUpdate {
  readonly id?: string | undefined;
  readonly apps?: readonly unknown[] | undefined;
  readonly groups?: readonly GroupUpdate[] | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly scaleBy?: number | undefined;
  readonly version?: string | undefined;
  readonly enforceRole?: boolean | undefined;
}

const listLimit = 1_000;
/** Ids end long before a tree is this deep. */
const deepest = 64;

const updateSchema: z.ZodType<GroupUpdate> = z.lazy(() =>
  z.object({
    id: z.string().max(4_096).optional(),
    apps: z.array(z.unknown()).max(listLimit).optional(),
    groups: z.array(updateSchema).max(listLimit).optional(),
    dependencies: z.array(z.string().max(4_096)).max(listLimit).optional(),
    scaleBy: z.number().optional(),
    version: z.string().max(100).optional(),
    enforceRole: z.boolean().optional(),
  }),
);

/** The group somebody sent. Throws Marathon's 422 that names what has the wrong type, or goes too deep. */
export function parseGroupUpdate(body: unknown): GroupUpdate {
  if (!isRecord(body))
    throw new MarathonFailure("wrongShape", "Invalid JSON", { details: [{ path: "/", errors: ["error.expected.jsobject"] }] });
  if (depthOf(body) > deepest) throw new MarathonFailure("illegal", `Groups may be nested ${deepest} deep, not more`);
  const parsed = updateSchema.safeParse(withoutNulls(body));
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.slice(0, 50).map((issue) => ({
    path: issue.path.map((step) => (typeof step === "number" ? `(${step})` : `/${String(step)}`)).join("") || "/",
    errors: [issue.code === "invalid_type" ? `error.expected.js${issue.expected}` : issue.message],
  }));
  throw new MarathonFailure("wrongShape", "Invalid JSON", { details });
}

function depthOf(group: Record<string, unknown>): number {
  let depth = 0;
  for (let level = [group]; level.length > 0 && depth <= deepest; depth += 1) {
    level = level.flatMap(({ groups }) => (Array.isArray(groups) ? groups.filter(isRecord) : []));
  }
  return depth;
}

/** The absolute id an update is about, with every problem of the tree's ids and words. Throws 422 when there is any. */
export function validateGroupUpdate(update: GroupUpdate, id: string): void {
  const details = problemsOf(update, id, "");
  if (details.length > 0) throw notValid(details);
}

function problemsOf(update: GroupUpdate, id: string, path: string): FailureDetail[] {
  const details: FailureDetail[] = [];
  const problem = (member: string, errors: readonly string[]): void => {
    if (errors.length > 0) details.push({ path: `${path}${member}`, errors });
  };
  if (id !== rootId) problem("/id", problemsWithGroupId(id));
  const structure = update.apps !== undefined || update.groups !== undefined || update.dependencies !== undefined;
  if (update.scaleBy !== undefined && update.version === undefined) {
    if (structure) problem("", ["Only scaleBy may be given when a group is scaled: no apps, groups or dependencies"]);
    if (update.scaleBy < 0) problem("/scaleBy", ["is less than 0"]);
  }
  if (update.version !== undefined && structure) problem("", ["Only version may be given when a group goes back to one"]);
  for (const [index, child] of (update.groups ?? []).entries()) {
    const place = `${path}/groups(${index})`;
    const childId = canonicalId(child.id ?? "", id);
    if (child.id === undefined) details.push({ path: `${place}/id`, errors: ["not defined"] });
    else if (parentOf(childId) !== id || childId === id) details.push({ path: `${place}/id`, errors: [notChild(childId, id)] });
    else if (child.scaleBy !== undefined || child.version !== undefined)
      details.push({ path: place, errors: ["scaleBy and version belong to the group that is written, not to one inside"] });
    else details.push(...problemsOf(child, childId, place));
  }
  return details;
}

export function notChild(id: string, group: string): string {
  return `Identifier ${id} is not child of ${group}. Hint: use relative paths.`;
}
