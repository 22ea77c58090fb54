import { BerthError } from "#lib/core/errors.ts";
import type { Database } from "#lib/platform/database/client.ts";

import { type Actor, authorise } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";

/** How far the chain goes and its last hash: kept elsewhere, it proves later that nothing before it was rewritten. */
export interface AuditHead {
  readonly position: number;
  readonly hash: string;
}

export interface AuditFault {
  readonly kind: "changed" | "removed" | "cut_off" | "not_linked" | "rewritten";
  /** The number of the entry; null where the log itself no longer knows it. */
  readonly seq: string | null;
  /** What was found, as a sentence. */
  readonly words: string;
}

export interface AuditVerdict {
  readonly ok: boolean;
  readonly entries: number;
  readonly head: AuditHead;
  readonly checkedAt: Date;
  readonly fault: AuditFault | null;
}

const linksAtOnce = 5_000;

/**
 * Recomputes the chain of the audit log from its first entry and finds the first that was changed, removed (in the middle or at the
 * end), put in around the trigger, or moved. A few thousand entries are looked at in one statement, so neither memory nor a lock
 * grows with the log.
 *
 * It cannot see through somebody who owns the database and writes the whole chain anew, or takes log, links and head back to an
 * earlier state: such a log adds up. Against that, keep a head elsewhere and give it as `known`: it must still be part of the chain.
 * @throws forbidden to everybody but admins
 */
export async function verifyAudit(reader: Pick<Reader, "database">, actor: Actor, known?: AuditHead): Promise<AuditVerdict> {
  authorise(actor, "verify_audit", { type: "platform" });
  return checkChain(reader.database, known);
}

const headHelp = "Give a head as it is shown: its position, a colon and its hash.";

/** `<position>:<hash>`, as the head is shown. Throws `invalid_input`. */
export function parseHead(text: string): AuditHead {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64}|)$/.exec(text.trim()) ?? [];
  if (position === undefined || hash === undefined) throw new BerthError("invalid_input", { detail: headHelp, fields: { head: headHelp } });
  return { position: Number(position), hash };
}

async function checkChain(database: Database, known: AuditHead | undefined): Promise<AuditVerdict> {
  const [row] = await database.$queryRaw<Array<{ position: bigint; hash: string }>>`SELECT position, hash FROM audit_head WHERE id = 1`;
  const head: AuditHead = { position: Number(row?.position ?? 0), hash: row?.hash ?? "" };
  const fault = (await faultInChain(database, head)) ?? (await faultBesideChain(database)) ?? (await faultAgainst(database, known));
  return { ok: fault === null, entries: head.position, head, checkedAt: new Date(), fault };
}

interface BadLink {
  readonly position: bigint;
  readonly seq: bigint;
  readonly prior: bigint | null;
  readonly missing: boolean;
}

async function faultInChain(database: Database, head: AuditHead): Promise<AuditFault | null> {
  for (let from = 1; from <= head.position; from += linksAtOnce) {
    const to = Math.min(from + linksAtOnce - 1, head.position);
    const [{ count } = { count: 0 }] = await database.$queryRaw<
      Array<{ count: number }>
    >`SELECT count(*)::int AS count FROM audit_link WHERE position BETWEEN ${from} AND ${to}`;
    const bad = await firstBadLink(database, from, to);
    if (bad !== undefined) return wordsFor(bad);
    // No link is bad, yet some are not there: the last ones.
    if (count < to - from + 1) return cutOff(database, from + count - 1, head);
  }
  const [last] = await database.$queryRaw<Array<{ position: bigint; hash: string; seq: bigint }>>`
    SELECT position, hash, entry_seq AS seq FROM audit_link ORDER BY position DESC LIMIT 1`;
  if ((last?.hash ?? "") === head.hash || (last !== undefined && Number(last.position) > head.position)) return null;
  return { kind: "changed", seq: null, words: "The head of the chain is not the hash of its last entry." };
}

async function firstBadLink(database: Database, from: number, to: number): Promise<BadLink | undefined> {
  const [bad] = await database.$queryRaw<BadLink[]>`
    WITH link AS (
      SELECT position, entry_seq, hash, lag(hash) OVER byPosition AS prior_hash, lag(position) OVER byPosition AS prior
      FROM audit_link WHERE position BETWEEN ${from - 1} AND ${to} WINDOW byPosition AS (ORDER BY position))
    SELECT link.position, link.entry_seq AS seq, link.prior, entry.seq IS NULL AS missing
    FROM link LEFT JOIN audit_entry entry ON entry.seq = link.entry_seq
    WHERE link.position >= ${from} AND (
      link.position - coalesce(link.prior, 0) <> 1 OR entry.seq IS NULL
      OR link.hash <> encode(sha256(convert_to(coalesce(link.prior_hash, '') || berth_audit_text(entry), 'UTF8')), 'hex'))
    ORDER BY link.position LIMIT 1`;
  return bad;
}

function wordsFor({ position, seq, prior, missing }: BadLink): AuditFault {
  const number = String(seq);
  if (Number(position) - Number(prior ?? 0) !== 1)
    return {
      kind: "removed",
      seq: number,
      words: `What stood in the log right before entry ${number} was removed together with its links.`,
    };
  if (missing) return { kind: "removed", seq: number, words: `Entry ${number} was removed from the log.` };
  return {
    kind: "changed",
    seq: number,
    words: `Entry ${number} is not what was written: it was changed or moved, or the chain was changed right before it.`,
  };
}

async function cutOff(database: Database, position: number, head: AuditHead): Promise<AuditFault> {
  const link = await database.auditLink.findUnique({ where: { position: BigInt(position) }, select: { entrySeq: true } });
  const after = link === null ? "all of it" : `what came after entry ${link.entrySeq}`;
  return {
    kind: "cut_off",
    seq: link === null ? null : String(link.entrySeq),
    words: `The end of the log was cut off: ${after}, ${head.position - position} of ${head.position} entries.`,
  };
}

/** An entry and its link become visible together, so an entry without one was put in around the trigger. */
async function faultBesideChain(database: Database): Promise<AuditFault | null> {
  const [stray] = await database.$queryRaw<Array<{ seq: bigint }>>`
    SELECT entry.seq FROM audit_entry entry LEFT JOIN audit_link link ON link.entry_seq = entry.seq WHERE link.entry_seq IS NULL ORDER BY entry.seq LIMIT 1`;
  if (stray === undefined) return null;
  return { kind: "not_linked", seq: String(stray.seq), words: `Entry ${stray.seq} was put into the log around the chain.` };
}

/** A chain that adds up may still be another one than the one whose head was kept. */
async function faultAgainst(database: Database, known: AuditHead | undefined): Promise<AuditFault | null> {
  if (known === undefined || known.position === 0) return null;
  const link = await database.auditLink.findUnique({ where: { position: BigInt(known.position) }, select: { hash: true, entrySeq: true } });
  if (link?.hash === known.hash) return null;
  return {
    kind: "rewritten",
    seq: link === null ? null : String(link.entrySeq),
    words: `It was written anew: the chain is whole in itself, but at position ${known.position} it has ${link === null ? "no entry any more" : "another hash than the head that was kept"}.`,
  };
}
