import { type Door, doors } from "#lib/server/doors/table.ts";

import { aboutOneStage, type Expected, expectedOf, hasKey, type Matrix } from "./expected.ts";
import type { Answer } from "./knock.ts";
import { knockedOutside, type Given, knocks } from "./knocks.ts";
import { malformedTarget, type Target, targetAt, unknownTarget } from "./target.ts";
import { kinds, type Who, type World } from "./world.ts";

/** One question: this person, at this door, about that thing. */
export interface Cell {
  readonly door: Door;
  readonly who: Who;
  readonly target: Target;
  readonly expected: Expected;
  readonly ask: (given: Given) => Promise<Answer>;
}

const hostileTexts = ["..%2f..%2fetc", '{"not":""}'];

/** Every door that can be asked in this process × everybody × everything it may be asked about. */
export function cellsOf(world: World, matrix: Matrix): Cell[] {
  return doors.flatMap((door) => {
    const knock = knocks[door.kind][door.name];
    if (knock === undefined) return [];
    const targets = targetsOf(world, door);
    return world.people
      .filter((who) => hasKey(door, who))
      .flatMap((who) =>
        targets.map((target) => ({
          door,
          who,
          target,
          expected: expectedOf(matrix, door, who, target),
          ask: (given: Given) => knock(who, target, given),
        })),
      );
  });
}

function targetsOf(world: World, { need, name }: Door): Target[] {
  const here = kinds.map((kind) => targetAt(world, "own", kind));
  if (!("on" in need) || need.on === "platform" || need.on === "account") return here.slice(0, 1);
  const elsewhere = [
    targetAt(world, "other", "review"),
    targetAt(world, "other", "production"),
    targetAt(world, "deleted", "review"),
    unknownTarget("review"),
    ...hostileTexts.map((text) => malformedTarget("review", text)),
  ];
  const oneStage = need.on === "environment" || aboutOneStage.includes(name);
  return [...(oneStage ? here : here.slice(0, 1)), ...elsewhere];
}

/** Doors nobody knocks at, neither here nor from outside. */
export function doorsWithoutCells(): string[] {
  const known = (door: Door) => knocks[door.kind][door.name] !== undefined || knockedOutside.includes(door.name);
  return doors.filter((door) => !known(door)).map(({ kind, name }) => `${kind} ${name}`);
}

/** The cell in words, for a failure. */
export function nameOf({ door, who, target, expected }: Cell): string {
  return `${door.kind} ${door.name} · ${who.name} · ${target.place} ${target.kind} → ${expected === null ? "opens" : expected.join(" or ")}`;
}
