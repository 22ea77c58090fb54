import { generateKeyPairSync, randomUUID } from "node:crypto";

import { BerthError } from "#lib/core/errors.ts";
import { seal } from "#lib/platform/crypto/sealing.ts";
import { openSshKeyPair } from "#lib/platform/crypto/ssh-key.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

type NewCredential =
  | { readonly kind: "basic"; readonly username: string | undefined; readonly password: string }
  | { readonly kind: "ssh" };

/** Seals and stores how a project's repository is read; replaces what was there. A deploy key's private half never leaves the seal. */
export async function storeCredential(tx: Transaction, projectId: string, credential: NewCredential): Promise<void> {
  await removeCredential(tx, projectId);
  if (credential.kind === "basic") {
    const secretId = await sealSecret(tx, repositoryScope(projectId), credential.password);
    await tx.repositoryCredential.create({ data: { projectId, kind: "basic", username: credential.username ?? "git", secretId } });
    return;
  }
  const { privateKey, publicKey } = openSshKeyPair(generateKeyPairSync("ed25519"), "berth");
  const secretId = await sealSecret(tx, repositoryScope(projectId), privateKey);
  await tx.repositoryCredential.create({ data: { projectId, kind: "ssh", publicKey, secretId } });
}

/** What a repository's credential is sealed for. */
export function repositoryScope(projectId: string): string {
  return `project:${projectId}/repository`;
}

export async function removeCredential(tx: Transaction, projectId: string): Promise<void> {
  const old = await tx.repositoryCredential.findUnique({ where: { projectId }, select: { secretId: true } });
  if (old === null) return;
  await tx.repositoryCredential.deleteMany({ where: { projectId } });
  await tx.sealedSecret.deleteMany({ where: { id: old.secretId } });
}

/** Seals a value to the worker's current key and returns the row's id. Throws `unavailable` before the worker's first start. */
export async function sealSecret(tx: Transaction, scope: string, value: string): Promise<string> {
  const key = await tx.sealingKey.findFirst({ orderBy: { createdAt: "desc" } });
  if (key === null) throw new BerthError("unavailable", { detail: "Secrets can be kept as soon as the worker has started once." });
  const id = randomUUID();
  // createMany, because create would read the sealed row back, which this process may not.
  await tx.sealedSecret.createMany({ data: [{ id, ...seal({ kid: key.kid, publicKey: key.publicKey }, scope, value) }] });
  return id;
}
