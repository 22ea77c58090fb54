import { BerthError } from "#lib/core/errors.ts";
import { addressHash, openWithAddress } from "#lib/platform/crypto/address-sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";

/**
 * The archive behind an address, for the agent that comes with it. Throws `not_found` for a wrong address, and for one whose release is not
 * wanted now, alike. Web keeps no credentials: what is in the database opens with the address only.
 */
export async function openArchive(database: Database, release: string, address: string): Promise<Buffer> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(release) || !/^[\w-]{43}$/.test(address)) throw new BerthError("not_found");
  const [row] = await database.$queryRaw<
    { sealed: Uint8Array | null }[]
  >`SELECT berth_registry_archive(${release}::uuid, ${addressHash(address)}) AS sealed`;
  const sealed = row?.sealed ?? null;
  if (sealed === null) throw new BerthError("not_found");
  try {
    return openWithAddress(address, release, sealed);
  } catch (error) {
    throw new BerthError("not_found", { cause: error });
  }
}
