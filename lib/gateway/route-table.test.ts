import { expect, test } from "vitest";

import { RouteTable } from "./route-table.ts";
import { type Route, parseRoute } from "./route.ts";

function route(environmentId: string, host: string, ...tasks: string[]): Route {
  const targets = tasks.map((taskId) => ({ taskId, host: "127.0.0.2", port: 1 }));
  const parsed = parseRoute({
    environment_id: environmentId,
    host,
    project_name: "p",
    environment_name: "e",
    state: "live",
    targets,
    changed_at: new Date(0),
  });
  if (parsed === null) throw new Error("not a route");
  return parsed;
}

function table(): { table: RouteTable; retired: string[] } {
  const retired: string[] = [];
  return { table: new RouteTable({ retired: (targets) => retired.push(...targets.map(({ taskId }) => taskId)) }), retired };
}

test("a host is found exactly, until its route goes", () => {
  const { table: routes } = table();
  routes.replace([route("1", "a.x"), route("2", "b.x")]);
  expect(routes.find("a.x")?.environmentId).toBe("1");
  expect(routes.find("A.x")).toBeUndefined();
  routes.update(["1"], []);
  expect(routes.find("a.x")).toBeUndefined();
  expect(routes.find("b.x")?.environmentId).toBe("2");
  routes.replace([]);
  expect(routes.size).toBe(0);
});

test("a host that moves to another environment in one step leads to the new one", () => {
  const { table: routes } = table();
  routes.replace([route("1", "a.x", "t1"), route("2", "b.x", "t2")]);
  routes.replace([route("2", "a.x", "t2"), route("1", "b.x", "t1")]);
  expect(routes.find("a.x")?.environmentId).toBe("2");
  expect(routes.find("b.x")?.environmentId).toBe("1");
});

test("an environment that takes another host leaves the old one", () => {
  const { table: routes } = table();
  routes.replace([route("1", "a.x")]);
  routes.update(["1"], [route("1", "b.x")]);
  expect(routes.find("a.x")).toBeUndefined();
  expect(routes.size).toBe(1);
});

test("a target is retired when the last route that names it drops it", () => {
  const { table: routes, retired } = table();
  routes.replace([route("1", "a.x", "t1", "t2"), route("2", "b.x", "t2")]);
  routes.update(["1"], [route("1", "a.x", "t3")]);
  expect(retired).toEqual(["t1"]);
  routes.update(["2"], []);
  expect(retired).toEqual(["t1", "t2"]);
  routes.replace([]);
  expect(retired).toEqual(["t1", "t2", "t3"]);
});

test("the same row again changes nothing and wakes nobody", () => {
  const { table: routes, retired } = table();
  routes.replace([route("1", "a.x", "t1")]);
  const before = routes.find("a.x");
  let woken = 0;
  routes.watch("1", () => (woken += 1));
  routes.replace([route("1", "a.x", "t1")]);
  routes.update(["1"], [route("1", "a.x", "t1")]);
  expect(routes.find("a.x")).toBe(before);
  expect([woken, retired]).toEqual([0, []]);
});

test("a watcher is told of changes and of the end, and not after it has left", () => {
  const { table: routes } = table();
  routes.replace([route("1", "a.x", "t1")]);
  const seen: (string | undefined)[] = [];
  const leave = routes.watch("1", () => seen.push(routes.find("a.x")?.targets[0]?.taskId));
  routes.update(["1"], [route("1", "a.x", "t2")]);
  routes.update(["1"], []);
  leave();
  routes.update(["1"], [route("1", "a.x", "t3")]);
  expect(seen).toEqual(["t2", undefined]);
});

test("a watcher that watches again while it is told is told once per change", () => {
  const { table: routes } = table();
  routes.replace([route("1", "a.x", "t1")]);
  let told = 0;
  const again = (): void => {
    told += 1;
    if (told < 10) routes.watch("1", again);
  };
  routes.watch("1", again);
  routes.update(["1"], [route("1", "a.x", "t2")]);
  expect(told).toBe(1);
});

test("a state lasts since it began, whatever else changes", () => {
  const { table: routes } = table();
  routes.replace([route("1", "a.x", "t1")]);
  routes.update(["1"], [{ ...route("1", "a.x", "t2"), since: 5_000 }]);
  expect(routes.find("a.x")?.since).toBe(0);
});
