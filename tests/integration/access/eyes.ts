import { actorOfSession } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { StageKind } from "#lib/platform/database/client.ts";
import { services } from "#lib/server/services.ts";

import { kinds, usualMs, type Who, type World } from "./world.ts";

/** Whose eyes look, and what the matrix gives them. */
export interface Eyes {
  readonly who: Who;
  readonly has: (verb: string, kind: StageKind) => boolean;
  readonly world: World;
}

/** A place that is shown to somebody. */
export interface Look {
  readonly shown: (actor: Actor, eyes: Eyes) => Promise<unknown>;
  readonly right: (eyes: Eyes) => unknown;
  /** Who may look at all; the doors' cells are about the others. */
  readonly for?: (eyes: Eyes) => boolean;
}

export const kindsWith = ({ has }: Eyes, verb: string) => kinds.filter((kind) => has(verb, kind));
export const isMember = (eyes: Eyes) => kindsWith(eyes, "view").length > 0;
export const usual = ({ has }: Eyes) => (has("view", "production") ? usualMs : null);
export const slugOf = ({ world }: Eyes) => world.projects.own.slug;
export const spotsOf = ({ world }: Eyes) => world.projects.own.spots;

export function named(world: World, name: string): Who {
  const found = world.people.find((who) => who.name === name);
  if (found === undefined) throw new Error(`Nobody is ${name}`);
  return found;
}

export async function actorOf(who: Who): Promise<Actor> {
  const actor = await actorOfSession(services().database, who.session ?? "", { ip: null, requestId: null });
  if (actor === null) throw new Error(`${who.name} is not signed in`);
  return actor;
}

/** The code of a refusal. */
export const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error));
