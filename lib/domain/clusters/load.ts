import type { Transaction } from "#lib/platform/database/client.ts";

export interface LockedCluster {
  readonly id: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly urls: string[];
  readonly credentialKind: string;
  readonly username: string | null;
  readonly secretId: string | null;
  readonly caCertificate: string | null;
  readonly mesosUrl: string | null;
}

/** The cluster with this id, locked until the transaction ends: nobody can choose it meanwhile. Null when there is none. */
export async function lockCluster(tx: Transaction, id: string): Promise<LockedCluster | null> {
  const [row] = await tx.$queryRaw<LockedCluster[]>`
    SELECT id, name, is_default AS "isDefault", urls, credential_kind AS "credentialKind", username, secret_id AS "secretId",
      ca_certificate AS "caCertificate", mesos_url AS "mesosUrl"
    FROM cluster WHERE id = ${id}::uuid FOR UPDATE`;
  return row ?? null;
}
