import { describeError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import type { AccessDatabase } from "./access-database.ts";
import type { Credential } from "./credentials.ts";
import type { GatewayLimits } from "./limits.ts";

/** `unknown`: the database is away and nothing is remembered; `busy`: too many are being looked up already. */
export type Verdict = "yes" | "no" | "unknown" | "busy";

/** Who asks to see what. */
export interface Question {
  readonly credential: Credential;
  /** Null for a host that leads nowhere: it is asked about all the same, so that it takes as long as one that exists. */
  readonly environmentId: string | null;
  readonly host: string;
  readonly address: string;
}

interface Answer {
  /** How often rights had changed when it was asked. */
  readonly generation: number;
  readonly heardAt: number;
  /** When the right ends by itself. */
  readonly endsAt: number;
  /** From when on it is asked again, while it is still good. */
  readonly renewAt: number;
  readonly goodUntil: number;
}

interface Running {
  readonly generation: number;
  readonly done: Promise<Verdict>;
}

const nowhere = "00000000-0000-0000-0000-000000000000";
const complainEveryMs = 5_000;

/**
 * Who may see which environment, remembered for a moment. Known answers come at once, without a promise. Everything is bounded:
 * what is remembered, what is being asked, and what one client address may have asked at a time.
 */
export class Access {
  readonly #database: AccessDatabase;
  readonly #limits: GatewayLimits;
  readonly #log: Log;
  readonly #allowed = new Map<string, Answer>();
  readonly #refused = new Map<string, Answer>();
  readonly #running = new Map<string, Running>();
  readonly #byAddress = new Map<string, number>();
  #strangers = 0;
  #generation = 0;
  #complainedAt = 0;

  constructor(database: AccessDatabase, limits: GatewayLimits, log: Log) {
    this.#database = database;
    this.#limits = limits;
    this.#log = log;
  }

  /** Somebody's rights may have changed, or the news of it may have been missed: nothing remembered counts until it is asked again. */
  rightsChanged(): void {
    this.#generation += 1;
    this.#refused.clear();
  }

  mayView(question: Question): Verdict | Promise<Verdict> {
    const key = `${question.credential.kind} ${question.credential.raw} ${question.environmentId ?? question.host}`;
    const now = Date.now();
    const allowed = this.#allowed.get(key);
    if (allowed !== undefined && this.#holds(allowed, now)) {
      if (now >= allowed.renewAt && !this.#running.has(key)) void this.#ask(key, question, true);
      return "yes";
    }
    const refused = this.#refused.get(key);
    if (refused !== undefined && this.#holds(refused, now)) return "no";
    return this.#ask(key, question, allowed !== undefined);
  }

  /** Exchanges a code for a pass, within the same bounds; the seconds the pass lasts, null when the code is no good. Throws when the database is away. */
  async redeem(address: string, exchange: (database: AccessDatabase) => Promise<number | null>): Promise<number | null | "busy"> {
    if (!this.#enter(address)) return "busy";
    try {
      return await exchange(this.#database);
    } finally {
      this.#leave(address);
    }
  }

  #holds(answer: Answer, now: number): boolean {
    return answer.generation === this.#generation && now < answer.goodUntil && now < answer.endsAt;
  }

  /** At most one question per key at a time; one that was asked before rights changed is waited for and asked again. */
  async #ask(key: string, question: Question, known: boolean): Promise<Verdict> {
    const generation = this.#generation;
    let running = this.#running.get(key);
    while (running !== undefined && running.generation < generation) {
      await running.done;
      running = this.#running.get(key);
    }
    if (running === undefined) {
      // Who was allowed a moment ago is no stranger, and is not kept waiting by strangers.
      if (!known && !this.#enter(question.address)) return "busy";
      running = { generation: this.#generation, done: this.#look(key, question, this.#generation, known) };
      this.#running.set(key, running);
    }
    return running.done;
  }

  async #look(key: string, question: Question, generation: number, known: boolean): Promise<Verdict> {
    try {
      const seconds = await this.#database.mayView(question.credential, question.environmentId ?? nowhere);
      return this.#remember(key, seconds, generation);
    } catch (error) {
      return this.#withoutDatabase(key, error);
    } finally {
      this.#running.delete(key);
      if (!known) this.#leave(question.address);
    }
  }

  #remember(key: string, seconds: number | null, generation: number): Verdict {
    const now = Date.now();
    const { accessGoodMs, refusalGoodMs, accessKept } = this.#limits;
    this.#allowed.delete(key);
    this.#refused.delete(key);
    const about = { generation, heardAt: now };
    if (seconds === null)
      keep(this.#refused, key, { ...about, endsAt: Infinity, renewAt: Infinity, goodUntil: now + refusalGoodMs }, accessKept);
    else {
      const answer = { ...about, endsAt: now + seconds * 1_000, renewAt: now + accessGoodMs / 2, goodUntil: now + accessGoodMs };
      keep(this.#allowed, key, answer, accessKept);
    }
    return seconds === null ? "no" : "yes";
  }

  /** While the database is away nobody's rights can change: what was allowed a moment ago stays so, until it ends by itself. */
  #withoutDatabase(key: string, error: unknown): Verdict {
    const now = Date.now();
    if (now - this.#complainedAt > complainEveryMs) {
      this.#complainedAt = now;
      this.#log.warn({ reason: describeError(error) }, "the database does not say who may view, answering from memory");
    }
    const allowed = this.#allowed.get(key);
    if (allowed === undefined || allowed.generation !== this.#generation) return "unknown";
    if (now >= allowed.endsAt || now - allowed.heardAt > this.#limits.memoryMs) return "unknown";
    this.#allowed.set(key, { ...allowed, renewAt: now + 1_000, goodUntil: now + this.#limits.accessGoodMs });
    return "yes";
  }

  #enter(address: string): boolean {
    const mine = this.#byAddress.get(address) ?? 0;
    if (mine >= this.#limits.checksPerAddress || this.#strangers >= this.#limits.checks) return false;
    this.#byAddress.set(address, mine + 1);
    this.#strangers += 1;
    return true;
  }

  #leave(address: string): void {
    const mine = (this.#byAddress.get(address) ?? 1) - 1;
    if (mine === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, mine);
    this.#strangers -= 1;
  }
}

/** Keeps the newest `most` entries. */
function keep(answers: Map<string, Answer>, key: string, answer: Answer, most: number): void {
  answers.set(key, answer);
  if (answers.size <= most) return;
  const oldest = answers.keys().next().value;
  if (oldest !== undefined) answers.delete(oldest);
}
