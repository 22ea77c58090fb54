import { Pool } from "pg";

import { hashToken } from "#lib/platform/crypto/tokens.ts";
import type { Log } from "#lib/platform/log.ts";

import type { Credential } from "./credentials.ts";

/** The questions the gateway may ask. Each answers with the seconds for which the right lasts at most, or null: no. Raw values leave only as hashes. */
export interface AccessDatabase {
  mayView(credential: Credential, environmentId: string): Promise<number | null>;
  redeemHandOff(code: string, environmentId: string, state: string, pass: string): Promise<number | null>;
  redeemShareLink(code: string, environmentId: string, pass: string): Promise<number | null>;
  close(): Promise<void>;
}

const connections = 4;
const connectMs = 3_000;
const queryMs = 3_000;
const idleMs = 30_000;

export function openAccessDatabase(databaseUrl: string, log: Log): AccessDatabase {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    statement_timeout: queryMs,
    idleTimeoutMillis: idleMs,
    keepAlive: true,
    application_name: "berth gateway access",
  });
  pool.on("error", (error) => log.debug({ err: error }, "a connection for questions was lost"));
  const seconds = async (call: string, values: readonly string[]): Promise<number | null> => {
    const { rows } = await pool.query<{ seconds: number | null }>(`SELECT ${call} AS seconds`, [...values]);
    return rows[0]?.seconds ?? null;
  };
  return {
    mayView: ({ kind, raw }, environmentId) =>
      seconds(kind === "pass" ? "berth_pass_may_view($1, $2::uuid)" : "berth_token_may_view($1, $2::uuid)", [
        hashToken(raw),
        environmentId,
      ]),
    redeemHandOff: (code, environmentId, state, pass) =>
      seconds("berth_redeem_hand_off($1, $2::uuid, $3, $4)", [hashToken(code), environmentId, hashToken(state), hashToken(pass)]),
    redeemShareLink: (code, environmentId, pass) =>
      seconds("berth_redeem_share_link($1, $2::uuid, $3)", [hashToken(code), environmentId, hashToken(pass)]),
    close: () => pool.end(),
  };
}
