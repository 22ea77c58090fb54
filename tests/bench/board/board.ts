import { dirname, join } from "node:path";

import { Agent, request } from "undici";

import { createTestDatabase } from "#tests/support/database.ts";

import { processorMs } from "../product/processor.ts";
import { until } from "../product/until.ts";
import type { BenchContext, BenchResult, BenchRow } from "../result.ts";
import { round, timeRow } from "../statistics.ts";
import { scriptBytes } from "./scripts.ts";
import { seed } from "./seed.ts";
import { sessionFor } from "./session.ts";
import { countStatements } from "./statements.ts";
import { startWeb } from "./web.ts";

const amounts = { projects: 200, environmentsPerProject: 50, deploymentsPerEnvironment: 10 };
const [warmUps, requests] = [20, 100];
const pages = { board: "/p/project-100", "project list": "/" } as const;
const answerAgainMs = 10_000;
const kilobyte = 1_000;

/** The pages people look at most, with 200 projects and 10 000 environments: time, statements, and what a browser loads. */
export async function benchBoard(context: BenchContext): Promise<BenchResult> {
  const database = await createTestDatabase();
  try {
    context.say("filling a database");
    await seed(database.url, amounts);
    const web = await startWeb(context, database.roles.web);
    try {
      const cookie = await sessionFor(database.url, web.authSecret);
      const logFile = join(dirname(context.folder), "postgres.log");
      const rows: BenchRow[] = [];
      for (const [name, path] of Object.entries(pages)) {
        context.say(name);
        const before = await processorMs(web.pid);
        const { times, bytes } = await timePage(`${web.url}${path}`, cookie);
        const processor = ((await processorMs(web.pid)) - before) / (warmUps + requests);
        const statements = await countStatements(database.url, logFile, {
          warmUp: () => askUntilWell(`${web.url}${path}`, cookie),
          work: () => ask(`${web.url}${path}`, cookie).then(() => undefined),
        });
        rows.push(
          timeRow(`${name}: time to the whole page`, times, { goal: "p95 ≤ 100" }),
          { what: `${name}: processor time of web`, unit: "ms per page", median: round(processor), runs: warmUps + requests },
          { what: `${name}: queries`, unit: "per page", median: statements.queries, runs: 1, goal: "≤ 15" },
          { what: `${name}: transaction marks`, unit: "per page", median: statements.marks, runs: 1 },
          { what: `${name}: HTML, not compressed`, unit: "kB", median: round(bytes / kilobyte), runs: 1 },
        );
      }
      const { bytes, chunks } = await scriptBytes(web.url, pages.board, cookie);
      rows.push({
        what: `board: first load of scripts, gzip (${chunks} files)`,
        unit: "kB",
        median: round(bytes / kilobyte),
        runs: 1,
        goal: "≤ 150",
      });
      return { name: "board", rows, notes };
    } finally {
      await web.stop();
    }
  } finally {
    await database.drop();
  }
}

const notes = [
  `${amounts.projects} projects with ${amounts.environmentsPerProject} environments each, ${amounts.deploymentsPerEnvironment} deployments with 7 steps per environment; one reader, one connection, an admin, asked one after the other`,
];

async function timePage(url: string, cookie: string): Promise<{ times: number[]; bytes: number }> {
  const dispatcher = new Agent({ connections: 1 });
  const times: number[] = [];
  let bytes = 0;
  try {
    for (let count = 0; count < warmUps + requests; count++) {
      const begun = performance.now();
      bytes = await ask(url, cookie, dispatcher);
      if (count >= warmUps) times.push(performance.now() - begun);
    }
  } finally {
    await dispatcher.close();
  }
  return { times, bytes };
}

/** The first pages after the connections were cut may fail. */
async function askUntilWell(url: string, cookie: string): Promise<void> {
  await until("the page answers again", answerAgainMs, () =>
    ask(url, cookie).then(
      () => true,
      () => false,
    ),
  );
  for (let count = 0; count < warmUps; count++) await ask(url, cookie);
}

async function ask(url: string, cookie: string, dispatcher?: Agent): Promise<number> {
  const answer = await request(url, { headers: { cookie }, ...(dispatcher === undefined ? {} : { dispatcher }) });
  const body = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${body.slice(0, 300)}`);
  return body.length;
}
