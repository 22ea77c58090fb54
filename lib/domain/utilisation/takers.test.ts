import { expect, test } from "vitest";

import type { StoredTaker } from "./snapshot.ts";
import { takersBy } from "./takers.ts";

const shop = { slug: "shop", name: "Shop" };
const bank = { slug: "bank", name: "Bank" };
const known = new Map([
  ["s1", { id: "s1", name: "review/one", project: shop }],
  ["s2", { id: "s2", name: "review/two", project: shop }],
  ["b1", { id: "b1", name: "staging/v1", project: bank }],
]);

const taker = (environmentId: string | null, cpus: number, mem: number, used: StoredTaker["used"] = null): StoredTaker => ({
  hostId: "S0",
  environmentId,
  tasks: 1,
  promised: { cpus, mem, disk: 0 },
  used,
});
const taken = [
  taker("s1", 0.5, 100, { cpus: 0.1, mem: 50 }),
  { ...taker("s1", 0.5, 100), hostId: "S1" },
  taker("s2", 0.1, 300),
  taker("b1", 1.05, 450, { cpus: 0.9, mem: 10 }),
  taker("hidden", 2, 64),
  taker(null, 1, 64, { cpus: 0, mem: 5 }),
];

test("projects are the sums of their environments over all hosts, and what is hidden is one sum without a name", () => {
  const { projects, others } = takersBy(taken, known, "cpus");
  expect(projects).toMatchObject([
    {
      slug: "shop",
      tasks: 3,
      promised: { cpus: 1.1, mem: 500 },
      used: { cpus: 0.1, mem: 50 },
      environments: [{ id: "s1", tasks: 2 }, { id: "s2" }],
    },
    { slug: "bank", tasks: 1, promised: { cpus: 1.05, mem: 450 } },
  ]);
  expect(others).toEqual({ tasks: 2, promised: { cpus: 3, mem: 128, disk: 0 }, used: { cpus: 0, mem: 5 } });
});

test.each([
  ["cpus", ["shop", "bank"], ["s1", "s2"]],
  ["mem", ["shop", "bank"], ["s2", "s1"]],
  ["used-cpus", ["bank", "shop"], ["s1", "s2"]],
  ["used-mem", ["shop", "bank"], ["s1", "s2"]],
  ["name", ["bank", "shop"], ["s1", "s2"]],
] as const)("by %s the one who takes most comes first, projects and environments alike", (sort, slugs, ids) => {
  const { projects } = takersBy(taken, known, sort);
  expect(projects.map((project) => project.slug)).toEqual(slugs);
  expect(projects.find((project) => project.slug === "shop")?.environments.map(({ id }) => id)).toEqual(ids);
});

test("long lists are cut after sorting and say how many are missing; sums count all", () => {
  const many = Array.from({ length: 60 }, (_, index) => taker(`e${index}`, index, 1));
  const all = new Map(
    many.map(({ environmentId }) => [environmentId ?? "", { id: environmentId ?? "", name: environmentId ?? "", project: shop }]),
  );
  const [project] = takersBy(many, all, "cpus").projects;
  expect(project).toMatchObject({ tasks: 60, moreEnvironments: 40, environments: { 0: { id: "e59" }, length: 20 } });
});
