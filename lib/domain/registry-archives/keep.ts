import { createHmac } from "node:crypto";

import { dockerConfigArchive } from "#lib/adapters/registry/docker-config.ts";
import { addressHash, addressSigningKey, sealToAddress, signAddress } from "#lib/platform/crypto/address-sealing.ts";

import type { WorkerContext } from "../workers/context.ts";
import { archivePath } from "./address.ts";

/** An archive is served for so long after the last time its release was seen to be wanted. */
const validMs = 30 * 60_000;
const renewBeforeMs = 15 * 60_000;
const renewedAtMost = 500;

type ArchiveContext = Pick<WorkerContext, "database" | "settings" | "sealingKey"> & {
  readonly registry: Pick<NonNullable<WorkerContext["registry"]>, "prefix" | "credentials" | "pullCredentials"> | null;
};

interface ArchivedImage {
  readonly pushed: boolean;
  readonly repository: string;
}

/**
 * Where the agents find the registry's credentials for a release's image; null where none are needed. Makes sure that they are there: Marathon
 * is about to be told. The address is a function of the release alone, because a changed address would be a changed app and restart it; what
 * is short-lived is the answer under it (see `berth_registry_archive`).
 */
export async function archiveFor(
  context: ArchiveContext,
  release: { readonly id: string; readonly image: ArchivedImage },
): Promise<string | null> {
  if (!needsArchive(context, release.image)) return null;
  await keepArchive(context, release.id);
  return `${context.settings.dashboardOrigin}${archivePath(release.id, addressOf(context, release.id))}`;
}

/** Renews what is wanted for longer, and removes what nobody fetches any more. */
export async function renewArchives(context: ArchiveContext): Promise<void> {
  await context.database.registryArchive.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  if (pullCredentials(context) === undefined) return;
  const rows = await context.database.$queryRaw<{ id: string; pushed: boolean; repository: string }[]>`
    SELECT r.id, i.pushed, i.repository FROM release r
    JOIN image i ON i.id = r.image_id
    JOIN environment e ON e.id = r.environment_id
    LEFT JOIN registry_archive a ON a.release_id = r.id
    WHERE e.destroyed_at IS NULL AND e.desired = 'running' AND e.pull_request_id IS NULL AND i.pushed
      AND (e.live_release_id = r.id OR EXISTS (
        SELECT 1 FROM deployment d WHERE d.release_id = r.id AND d.status IN ('preparing', 'deploying', 'verifying')))
      AND (a.release_id IS NULL OR a.expires_at < ${new Date(Date.now() + renewBeforeMs)} OR a.credentials_hash <> ${credentialsHash(context)})
    ORDER BY a.expires_at NULLS FIRST LIMIT ${renewedAtMost}`;
  for (const { id, ...image } of rows) if (needsArchive(context, image)) await keepArchive(context, id);
}

function needsArchive(context: ArchiveContext, image: ArchivedImage): boolean {
  const { registry } = context;
  return registry !== null && pullCredentials(context) !== undefined && image.pushed && image.repository.startsWith(`${registry.prefix}/`);
}

/** Never more than what pulls, where the installation has such: agents put it where the task itself can read it. */
function pullCredentials({ registry }: ArchiveContext) {
  return registry?.pullCredentials ?? registry?.credentials;
}

async function keepArchive(context: ArchiveContext, releaseId: string): Promise<void> {
  const { registry, database } = context;
  const credentials = pullCredentials(context);
  if (registry === null || credentials === undefined) return;
  const expiresAt = new Date(Date.now() + validMs);
  const { count } = await database.registryArchive.updateMany({
    where: { releaseId, credentialsHash: credentialsHash(context) },
    data: { expiresAt },
  });
  if (count > 0) return;
  const address = addressOf(context, releaseId);
  const archive = await dockerConfigArchive(registry.prefix, credentials);
  const data = {
    addressHash: addressHash(address),
    credentialsHash: credentialsHash(context),
    sealed: sealToAddress(address, releaseId, archive),
    expiresAt,
  };
  await database.registryArchive.upsert({
    where: { releaseId },
    create: { releaseId, ...data },
    update: data,
    select: { releaseId: true },
  });
}

/** Only the worker can make it: it comes from the key that opens secrets. */
function addressOf(context: ArchiveContext, releaseId: string): string {
  return signAddress(signingKey(context), releaseId);
}

/** Tells one password from another and nothing else. */
function credentialsHash(context: ArchiveContext): string {
  const credentials = pullCredentials(context);
  const text = JSON.stringify([context.registry?.prefix, credentials?.username, credentials?.password]);
  return createHmac("sha256", signingKey(context)).update(`credentials\0${text}`).digest("hex");
}

function signingKey(context: ArchiveContext): Buffer {
  return addressSigningKey(context.sealingKey.privateKey, "registry-archive");
}
