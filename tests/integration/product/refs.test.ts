import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { type Bench, deploymentOf, openBench } from "#tests/faults/support/bench.ts";
import { isInOrder, untilInOrder } from "#tests/faults/support/order.ts";
import { processesWith } from "#tests/faults/support/processes.ts";
import { answering, appFiles, slowAppFiles } from "#tests/faults/support/repository.ts";
import { ask } from "#tests/faults/support/rows.ts";
import { until } from "#tests/faults/support/until.ts";
import { untilAnswers, visit } from "#tests/faults/support/visit.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

const count = z.object({ count: z.number() });

/** An app whose page is the name of the ref it was made for, as Berth tells it. */
const sayRef = appFiles('require("node:http").createServer((q, s) => s.end("ref " + process.env.BERTH_REF)).listen(process.env.PORT);\n');

const strangeNames = [
  "feature/Deep/Er.Path_1",
  "UPPER",
  "upper",
  'quote\'s-"double"',
  "$(id)",
  "`id`;rm&echo|x",
  "<img/src=x/onerror=alert(1)>",
  "zweig/ü-ñ-日本語-🚢",
  "x".repeat(250),
  "a/b",
  "a-b",
  "refs/heads/nested",
  "%2e%2e/%00",
];

test("branches of every shape keep their whole names, get slugs of their own, and one click brings each to its URL", async () => {
  const { product, rest } = bench;
  const { slug, copy } = await bench.project("Strange names");
  const commit = await copy.commit({ ...sayRef, "README.md": "no start on push: the stage takes master alone" }, "Strange names");
  await copy.git("push", "--quiet", "origin", ...strangeNames.map((name) => `HEAD:refs/heads/${name}`));
  const { refs } = await until("all are on the board", 20_000, async () => {
    const found = await rest.refs(slug, "?perPage=200");
    return found.total === strangeNames.length && found;
  });
  expect(refs.map((ref) => ref.name).toSorted()).toEqual(strangeNames.toSorted());
  expect(new Set(refs.map((ref) => ref.slug)).size).toBe(strangeNames.length);
  for (const ref of refs) expect(ref.slug).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/);

  const chosen = ["a/b", "a-b", "<img/src=x/onerror=alert(1)>", "$(id)", "zweig/ü-ñ-日本語-🚢", "x".repeat(250), "refs/heads/nested"];
  const started = await Promise.all(chosen.map(async (name) => ({ name, ...(await rest.preview(slug, `refs/heads/${name}`)) })));
  expect(new Set(started.map(({ url }) => url)).size).toBe(chosen.length);
  for (const { deployment } of started) expect((await rest.ended(deployment?.id ?? "", 60_000)).problem).toBeNull();
  for (const { name, url } of started) await untilAnswers(product, url, `ref ${name}`, 10_000);
  const [builds] = await ask(product, count, "SELECT count(*)::int AS count FROM build WHERE commit = $1", [commit]);
  expect(builds?.count).toBe(1);
  for (const { id } of started) await rest.destroy(id);
}, 120_000);

test("a name that was never pushed, or is no name at all, is a clear refusal", async () => {
  const { slug } = await bench.project("No such ref");
  for (const ref of ["nowhere", "--upload-pack=x", "../../etc", "\u0000", "x".repeat(512)]) {
    const answer = await bench.rest.ask("POST", `/projects/${slug}/environments`, { ref });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).toMatchObject({ code: answer.status === 404 ? "not_found" : "invalid_input" });
  }
});

test("a name that git or Berth would trip over is refused at the push, with a sentence in the terminal", async () => {
  const { copy } = await bench.project("Refused names");
  await copy.commit(sayRef);
  const refusal = await copy.git("push", "origin", "HEAD:refs/heads/-x").then(() => "", String);
  expect(refusal).toContain("names of at most 255 characters that do not begin with a dash");
});

test("a branch that is deleted during its build takes everything with it", async () => {
  const { product, rest } = bench;
  const { slug, copy } = await bench.project("Deleted while building");
  const sign = `deleted-${Date.now()}`;
  await copy.commit(slowAppFiles(answering("x"), `sh -c 'sleep 3600; : ${sign}'`));
  await copy.git("push", "--quiet", "origin", "HEAD:refs/heads/short-lived");
  await rest.refSeen(slug, "short-lived");
  const { id, url, deployment } = await rest.preview(slug, "short-lived");
  await until("the build runs", 30_000, async () => (await processesWith(sign)).length > 0);
  await copy.git("push", "--quiet", "origin", ":refs/heads/short-lived");
  expect((await rest.ended(deployment?.id ?? "", 20_000)).status).toBe("cancelled");
  await until("the build's process is gone", 10_000, async () => (await processesWith(sign)).length === 0);
  await until("the environment is gone", 30_000, async () => (await rest.environment(id)).status === "destroyed");
  expect((await visit(product, url)).status).toBe(404);
});

test("a force-push during the build ends with the new head live", async () => {
  const { product, rest } = bench;
  const { copy, environment } = await bench.liveProject("Force-pushed", "before");
  const sign = `forced-${Date.now()}`;
  const doomed = await copy.commit(slowAppFiles(answering("doomed"), `sh -c 'sleep 6; : ${sign}'`));
  await copy.git("push", "--quiet", "origin", "master");
  const first = await deploymentOf(rest, environment.id, doomed);
  await until("the build runs", 30_000, async () => (await processesWith(sign)).length > 0);
  await copy.git("reset", "--quiet", "--hard", "HEAD~1");
  const head = await copy.commit(appFiles(answering("after")));
  await copy.git("push", "--quiet", "--force", "origin", "master");
  await untilAnswers(product, environment.url, "after", 60_000);
  expect(["live", "failed", "cancelled", "superseded"]).toContain((await rest.ended(first, 10_000)).status);
  expect((await rest.environment(environment.id)).release?.commit).toBe(head);
});

test("a moved tag replaces what staging shows only when somebody names its new commit, and a deleted one takes its environment with it", async () => {
  const { product, rest } = bench;
  const { slug, copy } = await bench.project("Tags");
  const first = await copy.commit(appFiles(answering("one")));
  await copy.git("tag", "-a", "v1.0", "-m", "the first");
  await copy.git("push", "--quiet", "origin", "v1.0");
  const environment = await until("staging starts by itself", 60_000, async () =>
    (await rest.environments(slug)).find((found) => found.release !== null),
  );
  expect(environment).toMatchObject({ name: "staging/v1.0", release: { commit: first } });
  await untilAnswers(product, environment.url, "one", 10_000);

  const second = await copy.commit(appFiles(answering("two")));
  await copy.git("tag", "-f", "-a", "v1.0", "-m", "moved");
  // Where the project says so; by default such tags are protected.
  await rest.updateProject(slug, { protectedTags: [] });
  await copy.git("push", "--quiet", "--force", "origin", "v1.0");
  await rest.refSeen(slug, "v1.0", second);
  const after = await rest.environment(environment.id);
  expect(after.release?.commit).toBe(first);
  const kept = await rest.act(environment.id, "redeploy");
  expect((await rest.ended(kept.deployment?.id ?? "", 60_000)).commit).toBe(first);
  const { deployment } = await rest.act(environment.id, `redeploy?commit=${second}`);
  expect((await rest.ended(deployment?.id ?? "", 60_000)).commit).toBe(second);
  await untilAnswers(product, environment.url, "two", 10_000);

  await copy.git("push", "--quiet", "origin", ":refs/tags/v1.0");
  await until("staging/v1.0 is gone", 30_000, async () => (await rest.environment(environment.id)).status === "destroyed");
});

test("thirty pushes in a row: few builds, one waiting at most, and the last one is live", async () => {
  const { product, rest } = bench;
  const { slug, copy, environment } = await bench.liveProject("Thirty pushes", "push 0");
  let head = "";
  const startedAt = performance.now();
  for (let push = 1; push <= 30; push++) {
    head = await copy.commit(slowAppFiles(answering(`push ${push}`), `sh -c 'sleep 4; : push ${push}'`));
    await copy.git("push", "--quiet", "origin", "master");
    const waiting = await ask(
      product,
      count,
      "SELECT count(*)::int AS count FROM deployment WHERE environment_id = $1 AND status = 'queued'",
      [environment.id],
    );
    expect(waiting[0]?.count).toBeLessThanOrEqual(1);
  }
  const pushedSeconds = (performance.now() - startedAt) / 1000;
  await untilAnswers(product, environment.url, "push 30", 60_000);
  expect((await rest.environment(environment.id)).release?.commit).toBe(head);
  const sql = "SELECT count(*)::int AS count FROM build b JOIN project p ON p.id = b.project_id WHERE p.slug = $1";
  const [builds] = await ask(product, count, sql, [slug]);
  console.log(`thirty pushes in ${pushedSeconds.toFixed(1)} s: ${builds?.count} builds`);
  // The one before, then one each time a build of four seconds was over, and the last.
  expect(builds?.count).toBeLessThanOrEqual(Math.ceil(pushedSeconds / 4) + 3);
}, 150_000);

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
}, 130_000);
