import pg from "pg";

import { describeError } from "#lib/core/errors.ts";
import { type Log } from "#lib/platform/log.ts";

import { MarathonFailure } from "../failures.ts";

export type Query = (text: string, values?: readonly unknown[]) => Promise<unknown[]>;

/** Postgres as the scheduler sees it: there or away. While it is away nothing is decided; containers run on. */
export interface Database {
  readonly available: boolean;
  query: Query;
  /** All or nothing. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  /** Called each time Postgres is there again. */
  onReturn(listener: () => void): void;
  close(): Promise<void>;
}

const statementLimit = 10_000;
const retryEvery = 500;

interface DatabaseOptions {
  readonly url: string;
  readonly instance: string;
  readonly log: Log;
  readonly startTimeoutSeconds: number;
}

/**
 * Connects, and takes the one seat there is for this instance's scheduler. Waits for Postgres and for the seat up to the start's limit, then
 * throws.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const connection = {
    connectionString: options.url,
    connectionTimeoutMillis: 3_000,
    query_timeout: statementLimit,
    statement_timeout: statementLimit,
    application_name: "berth-scheduler",
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...connection, max: 4, idleTimeoutMillis: 30_000 });
  const database = new PostgresDatabase(pool, () => new pg.Client(connection), options);
  await database.start(Date.now() + options.startTimeoutSeconds * 1_000);
  return database;
}

class PostgresDatabase implements Database {
  available = false;
  readonly #pool: pg.Pool;
  readonly #newClient: () => pg.Client;
  readonly #options: DatabaseOptions;
  readonly #listeners: (() => void)[] = [];
  #seat: pg.Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(pool: pg.Pool, newClient: () => pg.Client, options: DatabaseOptions) {
    this.#pool = pool;
    this.#newClient = newClient;
    this.#options = options;
    pool.on("error", (error) => this.#lost(error));
  }

  query: Query = async (text, values = []) => {
    try {
      const result = await this.#pool.query<Record<string, unknown>>(text, [...values]);
      return result.rows;
    } catch (error) {
      throw this.#translated(error);
    }
  };

  async transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw this.#translated(error);
    }
    let broken: Error | undefined;
    // The pool does not listen to a client that is lent: a loss between two statements would end the process.
    const note = (error: Error): void => {
      broken = error;
    };
    client.on("error", note);
    try {
      await client.query("BEGIN");
      const result = await work(async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
      throw this.#translated(error);
    } finally {
      client.off("error", note);
      client.release(broken);
    }
  }

  onReturn(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async start(deadline: number): Promise<void> {
    for (;;) {
      try {
        await this.#takeSeat();
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          await this.close();
          throw new Error(`The scheduler's database cannot be used: ${describeError(error)}`, { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.available = false;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const seat = this.#seat;
    this.#seat = null;
    await seat?.end().catch(() => undefined);
    await this.#pool.end().catch(() => undefined);
  }

  /** An advisory lock on a connection of its own: it ends with this process, however that ends. */
  async #takeSeat(): Promise<void> {
    const client = this.#newClient();
    client.on("error", () => undefined);
    try {
      await client.connect();
      const answer = await client.query<{ taken: boolean }>(
        "SELECT pg_try_advisory_lock(hashtext('berth.scheduler'), hashtext($1)) AS taken",
        [this.#options.instance],
      );
      if (answer.rows[0]?.taken !== true) throw new Error("another scheduler of this instance is running");
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.on("end", () => {
      if (this.#seat === client) this.#lost(new Error("The connection to Postgres ended."));
    });
    this.#seat = client;
    this.available = true;
  }

  #translated(error: unknown): unknown {
    if (!isConnectionLoss(error)) return error;
    this.#lost(error);
    return new MarathonFailure("unavailable", "The scheduler's database does not answer.");
  }

  #lost(error: unknown): void {
    if (this.#closed || !this.available) return;
    this.available = false;
    this.#options.log.warn({ reason: describeError(error) }, "Postgres is away; containers run on");
    const seat = this.#seat;
    this.#seat = null;
    void seat?.end().catch(() => undefined);
    this.#retrySoon();
  }

  #retrySoon(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#takeSeat().then(
        () => {
          if (this.#closed) return;
          this.#options.log.info("Postgres is back");
          for (const listener of this.#listeners) listener();
        },
        () => this.#retrySoon(),
      );
    }, retryEvery);
  }
}

/** Whether the connection failed, as opposed to the statement. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (/^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/.test(code)) return true;
  // 08: connection exceptions; 57P: the server stops or starts; 53300: no connection is free.
  if (/^(08|57P|53300)/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/i.test(error.message);
}
