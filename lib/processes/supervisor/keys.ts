import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";
import { secretWeakness } from "#lib/platform/crypto/secrets.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";

/** Secrets that an installation makes for itself once, each in a file only its owner may read. */
export interface Keys {
  readonly postgres: string;
  readonly roles: Readonly<Record<ProcessRole, string>>;
  /** Signs the dashboard's sessions. */
  readonly authSecret: string;
  /** Web's key for the secrets of webhooks that arrive: the one kind of secret web can open. */
  readonly webhooks: string;
  /** user:password of the embedded scheduler's API. */
  readonly marathon: string;
}

/** Reads the keys in `folder`, making those that are missing. Throws an Error that names a key which can be guessed, never the key. */
export async function ensureKeys(folder: string): Promise<Keys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const key = (name: string, make: () => string = randomKey) => ensureFile(join(folder, name), make, 0o600);
  return {
    postgres: await key("postgres"),
    roles: {
      web: await key("database-web"),
      worker: await key("database-worker"),
      gateway: await key("database-gateway"),
      scheduler: await key("database-scheduler"),
    },
    authSecret: await key("auth-secret"),
    webhooks: await key("webhooks"),
    marathon: await key("marathon", () => `berth:${randomKey()}`),
  };
}

/** What names this installation on everything it makes outside; no secret. */
export function ensureInstance(home: string): Promise<string> {
  return ensureFile(join(home, "instance"), () => randomBytes(5).toString("hex"), 0o644);
}

const randomKey = () => randomBytes(32).toString("base64url");

async function ensureFile(path: string, make: () => string, mode: number): Promise<string> {
  const existing = (await readFile(path, "utf8").catch(() => "")).trim();
  if (existing !== "" && mode === 0o600) refuseWeak(path, existing);
  if (existing !== "") return existing;
  const value = make();
  await writeFile(path, `${value}\n`, { mode });
  return value;
}

/** A key that somebody put there by hand is as good as a random one, or Berth does not start. */
function refuseWeak(path: string, key: string): void {
  const weakness = secretWeakness(key);
  if (weakness !== null) throw new BerthError("start_failed", { detail: `The key in ${path} is not usable: ${weakness}.` });
}
