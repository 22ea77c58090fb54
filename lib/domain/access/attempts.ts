import { BerthError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";
import { createTurns } from "#lib/platform/turns.ts";

const windowSeconds = 60;
/**
 * Those who wait for the same address wait here and not with a connection each: a flood of sign-ins must not stop the pages.
 * Whoever is known already waits in a queue that strangers cannot fill.
 */
const queues = { strangers: createTurns({ atOnce: 2, waitingAtMost: 100 }), known: createTurns({ atOnce: 2, waitingAtMost: 100 }) };
/** One place may hold only so many places in the queue at once: nobody fills it alone, however much he sends. */
const fromOnePlaceAtMost = 8;
const secondsOfRest = 5;
const present = new Map<string, number>();

/** What attempts to sign in are counted by, and how many there may be in a minute. */
export interface Bucket {
  /** Which queue it waits in: strangers are told apart by their address, others by the account, which only they can name. */
  readonly queue: "strangers" | "known";
  readonly account: string;
  readonly address: string;
  readonly limits: {
    /** From this address on this account. */
    readonly here?: number;
    /** On this account from everywhere: somebody who guesses from many places. */
    readonly account?: number;
    /** From this address on anything. */
    readonly address?: number;
  };
}

/**
 * A stranger's attempt on an account. The account's own limit is per address, so that whoever fails on purpose shuts out his
 * own address and not the account's owner.
 */
export function strangersBucket(account: string, ip: string | null): Bucket {
  return { queue: "strangers", account, address: addressOf(ip), limits: { here: 5, account: 20, address: 50 } };
}

/** An attempt from a browser in which this person has signed in before: nobody else's failures count there. */
export function knownBrowsersBucket(browser: string): Bucket {
  return { queue: "known", account: `browser ${browser}`, address: "", limits: { here: 5 } };
}

/** Somebody who is signed in says his password again. */
export function ownersBucket(personId: string): Bucket {
  return { queue: "known", account: `person ${personId}`, address: "", limits: { here: 5 } };
}

/** An attempt through an identity provider, which guards the account itself. */
export function providersBucket(ip: string | null): Bucket {
  return { queue: "strangers", account: "an identity provider", address: addressOf(ip), limits: { address: 50 } };
}

/**
 * Counts an attempt before anything is looked at, so that many at once are counted too. Throws `rate_limited` with the
 * seconds to wait; then nothing is written, and rows stay as few as the
 * limits; `unavailable` in a flood from many places.
 */
export async function takeAttempt(database: Database, { queue, account, address, limits }: Bucket): Promise<void> {
  const count = () =>
    database.$transaction(async (tx) => {
      // The address's turn first, then the account's: always in this order, so that two never wait for each other.
      for (const key of [`address ${address}`, `account ${account}`])
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`sign-in ${key}`}, 0))`;
      const rows = await tx.$queryRaw<Array<{ account: string; address: string; age: number }>>`
      SELECT account, address, extract(epoch FROM clock_timestamp() - at)::float8 AS age FROM sign_in_attempt
      WHERE at > clock_timestamp() - ${windowSeconds} * interval '1 second' AND (account = ${account} OR address = ${address})
      ORDER BY at DESC LIMIT 500`;
      const wait = Math.max(
        untilFree(
          rows.filter((row) => row.account === account && row.address === address),
          limits.here,
        ),
        untilFree(
          rows.filter((row) => row.account === account),
          limits.account,
        ),
        untilFree(
          rows.filter((row) => row.address === address),
          limits.address,
        ),
      );
      if (wait === 0)
        await tx.$executeRaw`INSERT INTO sign_in_attempt (account, address, at) VALUES (${account}, ${address}, clock_timestamp())`;
      return wait;
    });
  const seconds = await alone(`${queue} ${queue === "strangers" ? address : account}`, () => queues[queue](count));
  if (seconds > 0) throw rateLimited(seconds);
}

/** Does it unless too many from the same place are there already: those are sent away before they wait where others wait. */
async function alone<T>(place: string, work: () => Promise<T>): Promise<T> {
  const there = present.get(place) ?? 0;
  if (there >= fromOnePlaceAtMost) throw rateLimited(secondsOfRest);
  present.set(place, there + 1);
  try {
    return await work();
  } finally {
    const left = (present.get(place) ?? 1) - 1;
    if (left === 0) present.delete(place);
    else present.set(place, left);
  }
}

function rateLimited(seconds: number): BerthError {
  return new BerthError("rate_limited", { detail: `Try again in ${seconds} seconds.`, retryAfterSeconds: seconds });
}

/** A sign-in that worked: what was tried before it in the same place no longer counts. */
export async function forgetAttempts(tx: Pick<Transaction, "signInAttempt">, { account, address }: Bucket): Promise<void> {
  await tx.signInAttempt.deleteMany({ where: { account, address } });
}

/** Seconds until one more is allowed, 0 for now. Rows come newest first. */
function untilFree(rows: ReadonlyArray<{ age: number }>, limit: number | undefined): number {
  const decisive = limit === undefined ? undefined : rows[limit - 1];
  return decisive === undefined ? 0 : Math.max(1, Math.ceil(windowSeconds - decisive.age));
}

/** One name per customer of the network: IPv6 addresses of one /64 are one, and IPv4 is IPv4 however it is written. */
export function addressOf(ip: string | null): string {
  if (ip === null) return "";
  const four = /^(?:::ffff:)?(\d+(?:\.\d+){3})$/i.exec(ip);
  if (four?.[1] !== undefined) return four[1];
  const [head = "", tail] = ip.toLowerCase().split("%")[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...(tail ?? "").split(":")];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
