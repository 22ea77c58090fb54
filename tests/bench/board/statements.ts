import { readFile } from "node:fs/promises";

import { Client } from "pg";

const marks = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|DEALLOCATE|START TRANSACTION)\b/i;

/**
 * Counts the statements that `work` makes a database's clients send, from PostgreSQL's own log. Those that only mark a
 * transaction are counted apart. `warmUp` runs first: it opens the connections anew, which is when the log's setting counts.
 */
export async function countStatements(
  databaseUrl: string,
  logFile: string,
  { warmUp, work }: { warmUp: () => Promise<void>; work: () => Promise<void> },
): Promise<{ queries: number; marks: number }> {
  const database = new URL(databaseUrl).pathname.slice(1);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`ALTER DATABASE ${database} SET log_statement = 'all'`);
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", [database]);
    await warmUp();
    const before = (await readFile(logFile, "utf8")).length;
    await work();
    const text = (await readFile(logFile, "utf8")).slice(before);
    const statements = [...text.matchAll(/LOG: {2}(?:statement|execute [^:]+): (.*)$/gm)].map((match) => match[1] ?? "");
    const transactions = statements.filter((statement) => marks.test(statement)).length;
    return { queries: statements.length - transactions, marks: transactions };
  } finally {
    await client.query(`ALTER DATABASE ${database} RESET log_statement`);
    await client.end();
  }
}
