import "./next-request.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createTestDatabase, type TestDatabase } from "#tests/support/database.ts";

import { type Cell, cellsOf, doorsWithoutCells, nameOf } from "./cells.ts";
import { isWrite, readMatrix, refusals } from "./expected.ts";
import { furtherViews } from "./further.ts";
import { census, giveTo, heal, type House, openHouse, readMatrices, remember } from "./house.ts";
import { endKnocking } from "./knock.ts";
import { viewsOf } from "./views.ts";
import { makeWorld, type World } from "./world.ts";

let test: TestDatabase;
let house: House;
let world: World;
let cells: Cell[];

beforeAll(async () => {
  test = await createTestDatabase();
  house = await openHouse({ web: test.roles.web, owner: test.url });
  world = await makeWorld(house.owner);
  cells = cellsOf(world, await readMatrix(house.owner));
});

afterAll(async () => {
  await endKnocking();
  await house.close();
  await test.drop();
});

/** Asks cell by cell; what answered otherwise than it must, in words. */
async function askAll(
  chosen: readonly Cell[],
  agrees: (cell: Cell, code: string) => boolean,
  after: (cell: Cell) => Promise<void>,
): Promise<string[]> {
  const matrices = await readMatrices(world);
  const wrong: string[] = [];
  for (const cell of chosen) {
    const answer = await cell
      .ask(await giveTo(house.owner, world, cell, matrices))
      .catch((error: unknown) => ({ code: `threw ${String(error)}`, words: "" }));
    if (!agrees(cell, answer.code)) wrong.push(`${nameOf(cell)}, but: ${answer.code} ${answer.words}`);
    await after(cell);
  }
  return wrong;
}

describe("every door × everybody × everything", () => {
  it("leaves no door unasked", () => {
    expect(doorsWithoutCells()).toEqual([]);
  });

  it("refuses exactly what the matrix does not give, and leaves everything as it was", { timeout: 300_000 }, async () => {
    const closed = cells.filter(({ expected }) => expected !== null);
    const before = await census(house.owner);
    const wrong = await askAll(
      closed,
      ({ expected }, code) => expected?.includes(code) === true,
      () => Promise.resolve(),
    );
    console.info(`${closed.length} cells that must stay closed`);
    expect(wrong).toEqual([]);
    expect(await census(house.owner)).toEqual(before);
  });

  it("shows in lists, counts, times and buttons what the matrix gives, and nothing else", { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    const matrix = await readMatrix(house.owner);
    const views = [...viewsOf(world, matrix), ...furtherViews(world, matrix, house.owner)];
    for (const { name, ask } of views) {
      const difference = await ask();
      if (difference !== null) wrong.push(`${name}: ${difference}`);
    }
    console.info(`${views.length} views`);
    expect(wrong).toEqual([]);
  });

  it("opens for everybody to whom the matrix gives it", { timeout: 300_000 }, async () => {
    const openCells = cells.filter(({ expected }) => expected === null);
    const before = await remember(house.owner);
    const agrees = ({ door }: Cell, code: string) =>
      "open" in door.need ? !["forbidden", "view_only", "internal"].includes(code) : !refusals.includes(code);
    const wrong = await askAll(openCells, agrees, async ({ door }) => {
      if (isWrite(door)) await heal(house.owner, world, before, door.name);
    });
    console.info(`${openCells.length} cells that must open; ${cells.length} cells in all`);
    expect(wrong).toEqual([]);
  });
});
