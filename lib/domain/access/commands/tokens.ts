import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { hashToken, newApiToken } from "#lib/platform/crypto/tokens.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { defineCommand } from "../../command.ts";
import { type Actor, type PolicyObject, may } from "../policy.ts";
import { type TokenInput, tokenInput } from "../schema.ts";

const dayMs = 24 * 60 * 60_000;
const usualDays = 90;
const longestDays = 365;
const tokensAtMost = 100;

type Whose = Extract<PolicyObject, { type: "account" | "platform" }>;

/**
 * A new API token: of one's own, or for another person by whoever manages people. The token itself is in the answer and nowhere
 * else. It never may more than its owner may at the time it is used, nor more or longer than the token that made it. Nobody makes
 * one for another admin: it would keep an admin's rights for whoever loses his own. Which token made which is not written down:
 * when one is revoked, those that it made stay and are revoked one by one.
 */
export const createToken = defineCommand({
  name: "token.create",
  input: tokenInput,
  async load(tx, { person, projects }, actor) {
    if (actor.id === null) throw new BerthError("forbidden");
    const own = person === undefined || person === actor.id || person === actor.email;
    const maker =
      actor.tokenId === null ? null : await tx.apiToken.findUnique({ where: { id: actor.tokenId }, select: { expiresAt: true } });
    return {
      ownerId: own ? actor.id : null,
      projectIds: projects === undefined ? null : await visibleProjects(tx, projects, actor),
      makersVerbs: actor.limits?.verbs ?? null,
      makersEnd: maker?.expiresAt ?? null,
    };
  },
  // One's own account takes the right to manage it, another's the right to manage people.
  verb: ({ ownerId }) => (ownerId === null ? "manage_people" : "manage_account"),
  object: ({ ownerId }): Whose => (ownerId === null ? { type: "platform" } : { type: "account", personId: ownerId }),
  gate({ makersVerbs, makersEnd }, { verbs = [], expires }) {
    const beyond = makersVerbs === null ? [] : verbs.filter((verb) => !makersVerbs.has(verb));
    if (beyond.length > 0)
      throw new BerthError("forbidden", {
        detail: `A token makes none that may more than itself; this one may not: ${beyond.join(", ")}.`,
      });
    const end = endOf(expires);
    if (end.getTime() <= Date.now()) throw new BerthError("invalid_input", { fields: { expires: "That moment has passed." } });
    if (end.getTime() > Date.now() + longestDays * dayMs)
      throw new BerthError("invalid_input", { fields: { expires: "A token lives for a year at most." } });
    if (expires !== undefined && makersEnd !== null && end > makersEnd)
      throw new BerthError("forbidden", { detail: "A token makes none that outlives it." });
  },
  async perform(tx, { ownerId, projectIds, makersVerbs, makersEnd }, input) {
    const owner = await findOwner(tx, ownerId ?? input.person ?? "");
    if (ownerId === null && owner.isAdmin) throw new BerthError("forbidden", { detail: "Admins make their own tokens." });
    if ((await tx.apiToken.count({ where: { personId: owner.id, revokedAt: null } })) >= tokensAtMost)
      throw new BerthError("conflict", { detail: "That makes more than a hundred tokens; revoke some first." });
    const token = newApiToken();
    const verbs = input.verbs ?? (makersVerbs === null ? null : [...makersVerbs]);
    const wanted = endOf(input.expires);
    const expiresAt = makersEnd !== null && makersEnd < wanted ? makersEnd : wanted;
    const scope = { allProjects: projectIds === null, projectIds: projectIds ?? [], allVerbs: verbs === null, verbs: [...new Set(verbs)] };
    const { id } = await tx.apiToken.create({
      data: { personId: owner.id, name: input.name, hash: hashToken(token), hint: token.slice(-4), expiresAt, ...scope },
      select: { id: true },
    });
    return { id, token, expiresAt, owner: owner.name, verbs: verbs === null ? null : scope.verbs };
  },
  subject: (_loaded, { name, projects }, { id, owner, verbs, expiresAt }) => ({
    objectType: "token",
    objectId: id,
    projectId: null,
    detail: { name, owner },
    after: { projects: projects ?? "all", verbs: verbs ?? "all", expires: expiresAt.toISOString() },
  }),
});

/** Ends a token of one's own at once. */
export const revokeToken = defineCommand({
  name: "token.revoke",
  input: z.strictObject({ id: z.uuid() }),
  async load(tx, { id }, actor) {
    if (actor.id === null) throw new BerthError("not_found");
    const token = await tx.apiToken.findFirst({
      where: { id, personId: actor.id, revokedAt: null },
      select: { id: true, name: true, personId: true },
    });
    if (token === null) throw new BerthError("not_found");
    return token;
  },
  verb: "manage_account",
  object: ({ personId }) => ({ type: "account", personId }) as const,
  async perform(tx, { id }) {
    await tx.apiToken.update({ where: { id }, data: { revokedAt: new Date() }, select: { id: true } });
    return { id };
  },
  subject: ({ id, name }) => ({ objectType: "token", objectId: id, projectId: null, detail: { name } }),
});

/** When a token ends that is asked for now. */
function endOf(expires: TokenInput["expires"]): Date {
  return typeof expires === "string" ? new Date(expires) : new Date(Date.now() + (expires ?? usualDays) * dayMs);
}

async function visibleProjects(tx: Transaction, slugs: readonly string[], actor: Actor): Promise<string[]> {
  const rows = await tx.project.findMany({ where: { slug: { in: [...slugs] }, deletedAt: null }, select: { id: true, slug: true } });
  const visible = rows.filter(({ id }) => may(actor, "view", { type: "project", projectId: id }));
  const missing = slugs.find((slug) => !visible.some((row) => row.slug === slug));
  if (missing !== undefined) throw new BerthError("not_found", { detail: `There is no project ${missing}.` });
  return visible.map(({ id }) => id);
}

/** By id or e-mail address. */
async function findOwner(tx: Transaction, person: string): Promise<{ id: string; name: string; isAdmin: boolean }> {
  const where = z.uuid().safeParse(person).success ? { id: person } : { email: person };
  const owner = await tx.person.findFirst({ where, select: { id: true, name: true, isAdmin: true, disabledAt: true } });
  if (owner === null) throw new BerthError("invalid_input", { fields: { person: "There is no such person; create the person first." } });
  if (owner.disabledAt !== null) throw new BerthError("conflict", { detail: `${owner.name} may not sign in.` });
  return owner;
}
