import "./next-request.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createTestDatabase, type TestDatabase } from "#tests/support/database.ts";

import { type Cell, cellsOf, doorsWithoutCells, nameOf } from "./cells.ts";
import { isWrite, readMatrix, refusals } from "./expected.ts";
import { furtherViews } from "./further.ts";
import { census, giveTo, heal, type House, openHouse, readMatrices, remember, together } from "./house.ts";
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

/** A way to ask a cell: what answered otherwise than it must, in words. */
async function asker(agrees: (cell: Cell, code: string) => boolean) {
  const matrices = await readMatrices(world);
  const wrong: string[] = [];
  async function ask(cell: Cell): Promise<void> {
    const answer = await cell
      .ask(await giveTo(house.owner, world, cell, matrices))
      .catch((error: unknown) => ({ code: `threw ${String(error)}`, words: "" }));
    if (!agrees(cell, answer.code)) wrong.push(`${nameOf(cell)}, but: ${answer.code} ${answer.words}`);
  }
  return { ask, wrong };
}

describe("every door × everybody × everything", () => {
  it("leaves no door unasked", () => {
    expect(doorsWithoutCells()).toEqual([]);
  });

  it("refuses exactly what the matrix does not give, and leaves everything as it was", { timeout: 300_000 }, async () => {
    const closed = cells.filter(({ expected }) => expected !== null);
    const before = await census(house.owner);
    const { ask, wrong } = await asker(({ expected }, code) => expected?.includes(code) === true);
    await together(closed, ask);
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
    const { ask, wrong } = await asker(({ door }, code) =>
      "open" in door.need ? !["forbidden", "view_only", "internal"].includes(code) : !refusals.includes(code),
    );
    await together(
      openCells.filter(({ door }) => !isWrite(door)),
      ask,
    );
    for (const cell of openCells.filter(({ door }) => isWrite(door))) {
      await ask(cell);
      await heal(house.owner, world, before, cell.door.name);
    }
    console.info(`${openCells.length} cells that must open; ${cells.length} cells in all`);
    expect(wrong).toEqual([]);
  });
});
