import { readFile } from "node:fs/promises";

import { Client } from "pg";

const prefix = "bench-statement:";
const marks = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|DEALLOCATE|START TRANSACTION)\b/i;

/**
 * Counts the statements that `work` makes the database's clients send, from PostgreSQL's own log. Those that only mark a
 * transaction are counted apart.
 */
export async function countStatements(
  databaseUrl: string,
  logFile: string,
  work: () => Promise<void>,
): Promise<{ queries: number; marks: number }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const setting = async (statement: string) => void (await client.query(statement));
  try {
    await setting("ALTER SYSTEM SET log_statement = 'all'");
    await setting(`ALTER SYSTEM SET log_line_prefix = '${prefix}%d:'`);
    await setting("SELECT pg_reload_conf()");
    // Every backend has taken note once a statement of ours begins with the new prefix; a second look settles the rest.
    for (let tries = 0; tries < 100 && !(await readFile(logFile, "utf8")).includes(prefix); tries++)
      await client.query("SELECT pg_sleep(0.05)");
    const before = (await readFile(logFile, "utf8")).length;
    await work();
    const text = (await readFile(logFile, "utf8")).slice(before);
    const database = new URL(databaseUrl).pathname.slice(1);
    const lines = [...text.matchAll(new RegExp(`^${prefix}${database}:LOG: {2}(?:statement|execute [^:]+): (.*)$`, "gm"))].map(
      (match) => match[1] ?? "",
    );
    const transactions = lines.filter((line) => marks.test(line)).length;
    return { queries: lines.length - transactions, marks: transactions };
  } finally {
    await setting("ALTER SYSTEM RESET log_statement");
    await setting("ALTER SYSTEM RESET log_line_prefix");
    await setting("SELECT pg_reload_conf()");
    await client.end();
  }
}
