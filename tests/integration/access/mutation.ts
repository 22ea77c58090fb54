import "./next-request.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { createTestDatabase, type TestDatabase } from "#tests/support/database.ts";

import { type Cell, cellsOf, nameOf } from "./cells.ts";
import { type Checks, installChecks, nameChecks } from "./checks.ts";
import { readMatrix } from "./expected.ts";
import { furtherViews } from "./further.ts";
import { giveTo, type House, openHouse, readMatrices, together } from "./house.ts";
import { endKnocking } from "./knock.ts";
import { type View, viewsOf } from "./views.ts";
import { makeWorld, type World } from "./world.ts";

const checks: Checks = installChecks();
let test: TestDatabase;
let house: House;
let world: World;
let cells: Cell[];
let views: View[];

beforeAll(async () => {
  test = await createTestDatabase();
  house = await openHouse({ web: test.roles.web, owner: test.url });
  world = await makeWorld(house.owner);
  const matrix = await readMatrix(house.owner);
  cells = cellsOf(world, matrix).filter(({ expected }) => expected !== null);
  views = [...viewsOf(world, matrix), ...furtherViews(world, matrix, house.owner)];
});

afterAll(async () => {
  await endKnocking();
  await house.close();
  await test.drop();
});

/** One question of the matrix, whichever sort: what is wrong with its answer, or null. */
interface Question {
  readonly name: string;
  readonly ask: () => Promise<string | null>;
  /** It changes things for a moment, or is answered by what listens elsewhere: nothing else may be asked meanwhile. */
  readonly alone: boolean;
}

async function questions(): Promise<Question[]> {
  const matrices = await readMatrices(world);
  const ofCells = cells.map((cell) => ({
    name: nameOf(cell),
    alone: cell.door.kind === "other",
    async ask() {
      const { code, words } = await cell.ask(await giveTo(house.owner, world, cell, matrices));
      return cell.expected?.includes(code) === true ? null : `${code} ${words}`;
    },
  }));
  return [...views.map((view) => ({ ...view, alone: true })), ...ofCells];
}

/** Checks whose answer nobody can tell from outside, each with its reason. */
const unnoticeable = [
  // It asks for what everybody has who is signed in, token or not: it cannot refuse, and is there so that the door has one.
  "lib/domain/health/queries.ts:authorise:1",
  "lib/domain/utilisation/queries.ts:authorise:1",
  // For the time alone that an answer takes (B02): what it keeps away is kept away again by the right that the command asks for.
  "lib/domain/variables/commands/set.ts:projectsVisibleTo:1",
  // Asked while a push or clone is under way, which takes a running product: tests/attacks/lost-rights.test.ts fails without it.
  "lib/server/git-door.ts:may:1",
];

/** Every check in the source, by the names the transform gives them; commands by theirs. */
function everyCheck(): string[] {
  const root = resolve(import.meta.dirname, "../../..");
  return ["lib/domain", "lib/server"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => `${folder}/${file}`)
      .filter((file) => /\.tsx?$/.test(file) && !/policy\.ts$|\.test\.ts$|server\/doors\//.test(file))
      .flatMap((file) => {
        const source = readFileSync(join(root, file), "utf8");
        const commands = /\bdefine(?:Prepared)?Command\(\{/.test(source)
          ? [...source.matchAll(/^ {2}name: "([^"]+)",$/gm)].map((match) => `command ${match[1]}`)
          : [];
        return [...(file === "lib/domain/command.ts" ? [] : nameChecks(source, file).names), ...commands];
      }),
  );
}

it("catches every single check that is turned into a yes", async () => {
  const askable = await questions();
  const refusing = new Map<string, Question[]>();
  const wrong: string[] = [];
  const hear = async (question: Question) => question.ask().catch((error: unknown) => String(error));
  const note = (question: Question, difference: string | null, refused: ReadonlySet<string>) => {
    if (difference !== null) wrong.push(`${question.name}: ${difference}`);
    for (const name of refused) refusing.set(name, [...(refusing.get(name) ?? []), question]);
  };
  for (const question of askable.filter(({ alone }) => alone)) {
    checks.refused.clear();
    note(question, await hear(question), checks.refused);
  }
  await together(
    askable.filter(({ alone }) => !alone),
    async (question) => {
      const { answer, refused } = await checks.during(() => hear(question));
      note(question, answer, refused);
    },
  );
  expect(wrong, "unbroken, everything answers as it must").toEqual([]);
  const survivors: string[] = [];
  const all = everyCheck().filter((name) => !unnoticeable.includes(name));
  for (const name of all) {
    checks.broken = name;
    const caught = await catches(refusing.get(name) ?? []);
    checks.broken = null;
    if (!caught) survivors.push(`${name} (asked in ${refusing.get(name)?.length ?? 0} questions)`);
  }
  console.info(`${all.length} checks turned into a yes, one at a time; ${survivors.length} were not noticed; ${askable.length} questions`);
  expect(survivors).toEqual([]);
});

/** Enough of the questions in which the check said no; the first that answers otherwise will do. What it throws is otherwise too. */
async function catches(candidates: readonly Question[]): Promise<boolean> {
  for (const question of spread(candidates)) {
    const wrong = await question.ask().catch((error: unknown) => String(error));
    if (wrong !== null) return true;
  }
  return false;
}

const triedAtMost = 60;

/** The views, and cells from everywhere in the list: neighbours differ only in who asks. */
function spread(candidates: readonly Question[]): Question[] {
  const step = Math.max(1, Math.floor(candidates.length / triedAtMost));
  return candidates.filter((_question, index) => index % step === 0);
}
