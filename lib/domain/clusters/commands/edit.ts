import { randomUUID } from "node:crypto";

import type { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { distinctSlugOf, slugOf } from "#lib/core/slug.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { defineCommand } from "../../command.ts";
import { found } from "../../people/load.ts";
import { sealSecret } from "../../projects/credential.ts";
import { type LockedCluster, lockCluster } from "../load.ts";
import { addClusterInput, updateClusterInput } from "../schema.ts";

const platform = { type: "platform" } as const;
/** Nothing that was seen of it before says anything of it now. */
const unseen = {
  state: "checking",
  detail: null,
  seenAt: null,
  answeredAt: null,
  eventsConnectedAt: null,
  eventSeenAt: null,
  report: [],
  checkedAt: null,
} as const;

/** Attaches a cluster. It is kept at once, and the worker tries it; it can be chosen when it has answered. */
export const addCluster = defineCommand({
  name: "cluster.add",
  input: addClusterInput,
  load: (tx, { name, urls }) => takenBy(tx, { name, urls, except: null }),
  verb: "manage_clusters",
  object: () => platform,
  gate(taken, input) {
    refuseTaken(taken);
    refuseIncomplete(input.credentials, input, true);
  },
  async perform(tx, _taken, input, actor) {
    const id = randomUUID();
    const slug = slugOf(input.name);
    const isFree = (await tx.cluster.count({ where: { slug } })) === 0;
    const data = {
      id,
      slug: isFree ? slug : distinctSlugOf(`${input.name}-${id}`),
      name: input.name,
      urls: input.urls,
      credentialKind: input.credentials,
      username: input.credentials === "basic" ? (input.username ?? null) : null,
      secretId: input.credentials === "none" ? null : await sealSecret(tx, `cluster:${id}`, input.secret ?? ""),
      caCertificate: input.caCertificate ?? null,
      mesosUrl: input.mesosUrl ?? null,
      addedByName: actor.name,
      checkRequestedAt: new Date(),
    };
    await tx.cluster.create({ data, select: { id: true } });
    await enqueue(tx, { task: "check-cluster", payload: { clusterId: id } });
    return { id, after: fieldsOf(data) };
  },
  subject: (_taken, { name, credentials }, { id, after }) => ({
    objectType: "cluster",
    objectId: id,
    objectName: name,
    projectId: null,
    after: { ...after, secret: credentials === "none" ? null : "masked, new" },
  }),
});

/** Changes how a cluster is called or reached. Reached differently, it is tried anew. */
export const updateCluster = defineCommand({
  name: "cluster.update",
  input: updateClusterInput,
  async load(tx, { cluster, name, urls }) {
    const row = await lockCluster(tx, cluster);
    return { row, taken: await takenBy(tx, { name: name ?? null, urls: urls ?? [], except: cluster }) };
  },
  verb: "manage_clusters",
  object: () => platform,
  gate({ row, taken }) {
    refuseSettings(found(row));
    refuseTaken(taken);
  },
  async perform(tx, { row }, input) {
    const cluster = found(row);
    const next = changed(cluster, input);
    const kind = input.credentials ?? cluster.credentialKind;
    const isNewSecret = kind !== "none" && (input.secret !== undefined || kind !== cluster.credentialKind);
    refuseIncomplete(kind, { username: next.username ?? undefined, secret: input.secret }, isNewSecret || isElsewhere(cluster, next));
    const before = fieldsOf(cluster);
    const secretId =
      kind === "none" ? null : input.secret === undefined ? cluster.secretId : await sealSecret(tx, `cluster:${cluster.id}`, input.secret);
    const after = fieldsOf(next);
    const fields = Object.keys(before).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
    const isReachedAnew = secretId !== cluster.secretId || fields.some((field) => field !== "name");
    await tx.cluster.update({
      where: { id: cluster.id },
      data: {
        ...next,
        secretId,
        ...(isReachedAnew ? { ...unseen, stateSince: new Date(), checkRequestedAt: new Date(), revision: { increment: 1 } } : {}),
      },
      select: { id: true },
    });
    if (cluster.secretId !== null && cluster.secretId !== secretId) await tx.sealedSecret.deleteMany({ where: { id: cluster.secretId } });
    if (isReachedAnew) await enqueue(tx, { task: "check-cluster", payload: { clusterId: cluster.id } });
    const of = (all: Fields) => Object.fromEntries(fields.map((field) => [field, all[field] ?? null]));
    const masked = secretId === cluster.secretId ? {} : { secret: secretId === null ? "removed" : "masked, new" };
    return { id: cluster.id, name: next.name, before: of(before), after: { ...of(after), ...masked } };
  },
  subject: (_loaded, _input, { id, name, before, after }) => ({
    objectType: "cluster",
    objectId: id,
    objectName: name,
    projectId: null,
    before,
    after,
  }),
});

interface Reach {
  readonly name: string;
  readonly urls: string[];
  readonly credentialKind: string;
  readonly username: string | null;
  readonly caCertificate: string | null;
  readonly mesosUrl: string | null;
}
type Fields = Readonly<Record<string, string | string[] | null>>;

function changed(cluster: LockedCluster, input: z.output<typeof updateClusterInput>): Reach {
  const credentialKind = input.credentials ?? cluster.credentialKind;
  return {
    name: input.name ?? cluster.name,
    urls: input.urls ?? cluster.urls,
    credentialKind,
    username: credentialKind === "basic" ? (input.username ?? cluster.username) : null,
    caCertificate: input.caCertificate === undefined ? cluster.caCertificate : input.caCertificate,
    mesosUrl: input.mesosUrl === undefined ? cluster.mesosUrl : input.mesosUrl,
  };
}

/** As the audit log shows them. */
function fieldsOf({ name, urls, credentialKind, username, caCertificate, mesosUrl }: Reach): Fields {
  return { name, urls, credentials: credentialKind, username, caCertificate, mesosUrl };
}

/** A secret that is kept is shown to no address it was not given for: whoever may change addresses could otherwise have it sent to himself. */
function isElsewhere(cluster: LockedCluster, next: Reach): boolean {
  const known = new Set(cluster.urls.map((url) => new URL(url).origin));
  return next.urls.some((url) => !known.has(new URL(url).origin));
}

function refuseIncomplete(
  kind: string,
  given: { readonly username?: string | undefined; readonly secret?: string | undefined },
  wantsSecret: boolean,
): void {
  if (kind === "none") return;
  if (kind === "basic" && given.username === undefined)
    throw new BerthError("invalid_input", { fields: { username: "Enter the user name." } });
  if (wantsSecret && given.secret === undefined) {
    const words =
      kind === "basic"
        ? "Enter the password; for other addresses, enter it again."
        : "Enter the token; for other addresses, enter it again.";
    throw new BerthError("invalid_input", { fields: { secret: words } });
  }
}

/** Throws `conflict`. */
export function refuseSettings(cluster: LockedCluster): void {
  if (cluster.isDefault)
    throw new BerthError("conflict", { detail: "This cluster comes from the settings: change MARATHON_URL and its companions there." });
}

interface Taken {
  readonly name: boolean;
  readonly url: string | null;
}

async function takenBy(
  tx: Transaction,
  { name, urls, except }: { name: string | null; urls: string[]; except: string | null },
): Promise<Taken> {
  const others = except === null ? {} : { NOT: { id: except } };
  const byName = name !== null && (await tx.cluster.count({ where: { name: { equals: name, mode: "insensitive" }, ...others } })) > 0;
  const byUrl =
    urls.length === 0 ? null : await tx.cluster.findFirst({ where: { urls: { hasSome: urls }, ...others }, select: { name: true } });
  return { name: byName, url: byUrl?.name ?? null };
}

function refuseTaken({ name, url }: Taken): void {
  if (name) throw new BerthError("already_exists", { fields: { name: "There is a cluster with this name." } });
  if (url !== null) throw new BerthError("already_exists", { fields: { urls: `This address belongs to ${url} already.` } });
}
