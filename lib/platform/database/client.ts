import { PrismaPg } from "@prisma/adapter-pg";
import { Pool } from "pg";

import { Prisma, PrismaClient } from "./client/client.ts";

export { Prisma } from "./client/client.ts";
export type * from "./client/models.ts";
export type * from "./client/enums.ts";

export type Database = PrismaClient;
/** A running transaction. Everything a command does goes through one. */
export type Transaction = Prisma.TransactionClient;

/** Every statement ends after this long; a page or a step is never held for ever by a lock. */
const statementTimeoutMs = 15_000;
const lockTimeoutMs = 8_000;

/**
 * Opens the database for one process.
 * @param url the role URL of this process
 * @param options.connections the most connections it may hold
 */
export function openDatabase(
  url: string,
  options: { connections: number; onError: (error: Error) => void },
): { database: Database; pool: Pool; close(): Promise<void> } {
  const pool = new Pool({
    connectionString: url,
    max: options.connections,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    keepAlive: true,
  });
  pool.on("error", options.onError);
  const database = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 5_000, timeout: 15_000 },
  });
  return {
    database,
    pool,
    async close() {
      await database.$disconnect();
      await pool.end();
    },
  };
}

/** Postgres refused because of a unique index; with `fields` only when the index covers them. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

/** The connection or the server failed, not the statement: worth trying again later. */
export function isDatabaseDown(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError)
    return ["P1001", "P1002", "P1008", "P1017", "P2024", "P2028"].includes(error.code);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return (
    typeof code === "string" &&
    (/^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND)/.test(code) || ["57P01", "57P02", "57P03", "08006", "08003"].includes(code))
  );
}
