import { afterAll, beforeAll, expect, it } from "vitest";

import { type World, createWorld, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world?.end();
});

/** How many tasks of the app there are or were. */
async function tasksOf(id: string): Promise<number> {
  const { text } = await world.call("GET", "/slave(1)/state");
  return [...text.matchAll(new RegExp(`"id":"${id}\\.instance-[^"]+","name"`, "g"))].length;
}

const isHeldBack = async () => {
  const { text } = await world.call("GET", "/v2/queue");
  return /"timeLeftSeconds":6\d{5}/.test(text) ? text : null;
};

it.each([
  ["succeeds", 0],
  ["fails", 3],
])(
  "an app that %s and has a long delay is started once, also when the scheduler begins anew, and keeps its unfinished last line",
  async (word, code) => {
    const script = `console.log('${word}');process.stdout.write('the last word');process.exit(${code})`;
    const delay = { backoffSeconds: 604_800, backoffFactor: 1, maxLaunchDelaySeconds: 604_800 };
    await world.call("PUT", `/v2/apps/once/${word}`, webApp(world, "x", { args: ["-e", script], healthChecks: [], ...delay }));
    await until("it has ended and is held back", isHeldBack);
    for (let round = 0; round < 2; round += 1) {
      await world.restart();
      await until("it is held back again", isHeldBack);
    }
    expect(await tasksOf(`once_${word}`)).toBe(1);
    const state = await world.call("GET", "/slave(1)/state");
    const directory = new RegExp(`"id":"once_${word}[^"]+","name".*?"directory":"([^"]+)"`).exec(state.text)?.[1] ?? "";
    const read = await world.call("GET", `/files/read?path=${encodeURIComponent(`${directory}/stdout`)}&offset=0`);
    expect(read.body.data).toBe(`${word}\nthe last word`);
    await world.call("DELETE", `/v2/apps/once/${word}?force=true`);
    await until("it is gone", async () => ((await world.call("GET", "/v2/queue")).text.includes("once") ? null : true));
  },
);
