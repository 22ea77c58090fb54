import { BerthError } from "#lib/core/errors.ts";

import type { Actor } from "../access/policy.ts";
import { freezeOf } from "../freezes/standing.ts";
import type { Reader } from "../projects/head.ts";
import { type Plan, getRollbackPlan } from "./dry-run.ts";

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Which release an address asks to go back to, and what stays; null where it asks for nothing that makes sense. */
export function backIn(query: Query): { readonly release: number; readonly keep: "configuration" | "image" | undefined } | null {
  const { back, keep } = query;
  if (typeof back !== "string" || !/^[1-9]\d{0,8}$/.test(back)) return null;
  return { release: Number(back), keep: keep === "configuration" || keep === "image" ? keep : undefined };
}

/** What the sheet before a rollback shows: the dry run, and the freeze it would wait for. */
export async function getRollbackSheet(
  reader: Reader,
  actor: Actor,
  environmentId: string,
  release: number,
  keep: "configuration" | "image" | undefined,
): Promise<{ readonly plan: Plan; readonly frozen: string | null }> {
  const plan = await getRollbackPlan(reader, actor, environmentId, release, keep ?? null);
  const place = await reader.database.environment.findUnique({ where: { id: environmentId }, select: { projectId: true, stageId: true } });
  if (place === null) throw new BerthError("not_found");
  const freeze = await freezeOf(reader.database, { ...place, at: new Date() });
  return { plan, frozen: freeze === null ? null : `${plan.to.title} is frozen: ${freeze.title}.` };
}
