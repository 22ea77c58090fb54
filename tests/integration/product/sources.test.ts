import { rename, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { type Bench, openBench } from "#tests/faults/support/bench.ts";
import { isInOrder, untilInOrder } from "#tests/faults/support/order.ts";
import { answering, appFiles, makeWorkingCopy, runGit, type WorkingCopy } from "#tests/faults/support/repository.ts";
import { ask } from "#tests/faults/support/rows.ts";
import { until } from "#tests/faults/support/until.ts";
import { untilAnswers } from "#tests/faults/support/visit.ts";
import { startTestGitServer, type TestGitServer } from "#tests/support/git-server.ts";

const password = "correct horse";

let bench: Bench;
let server: TestGitServer;
let canary: TestGitServer;
let silent: { readonly server: Server; readonly port: number };
let copy: WorkingCopy;
let remoteFolder = "";

beforeAll(async () => {
  // The server has to be there before the product, which is told its address; the folder is made later.
  const folderOf = { path: "" };
  canary = await startTestGitServer({ folder: "/nonexistent" });
  server = await startTestGitServer({
    get folder() {
      return folderOf.path;
    },
    guard(request, response) {
      const url = request.url ?? "";
      const isPrivate = url.startsWith("/git/private.git");
      const expected = `Basic ${Buffer.from(`builder:${password}`).toString("base64")}`;
      if (isPrivate && request.headers.authorization !== expected) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="private"' }).end();
      } else if (url.startsWith("/git/moved.git")) {
        response.writeHead(302, { location: `${canary.origin}/git/secret.git/info/refs?service=git-upload-pack` }).end();
      } else if (url.startsWith("/page")) {
        response.writeHead(200, { "content-type": "text/html" }).end("<h1>Not a repository</h1>");
      } else if (url.startsWith("/git/broken.git")) {
        response.writeHead(500).end();
      } else {
        return false;
      }
      return true;
    },
  });
  const listening = createServer();
  const port = await new Promise<number>((resolve) => {
    listening.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  silent = { server: listening, port };
  bench = await openBench({ BERTH_GIT_ALLOWED_HOSTS: `${server.address}, 127.0.0.1:${port}` });
  folderOf.path = bench.folder;
  remoteFolder = bench.folder;
  copy = await makeWorkingCopy();
  await copy.commit(appFiles(answering("from afar, one")));
});
afterAll(async () => {
  await bench?.close();
  await copy?.remove();
  await server?.close();
  await canary?.close();
  silent?.server.close();
});

/** A bare repository on the remote server, filled from the working copy. */
async function makeRemote(name: string): Promise<string> {
  const path = join(remoteFolder, `${name}.git`);
  await runGit(remoteFolder, ["init", "--quiet", "--bare", "--initial-branch=master", path]);
  return path;
}

/** Creates a project from a URL and gives what its page says once Berth has looked. */
async function projectFrom(repository: string, more: object = {}) {
  const { rest } = bench;
  const { slug } = await rest.createProject({ name: `From ${repository.slice(-20)}`, repository, ...more });
  return until(`a look at ${repository}`, 50_000, async () => {
    const project = await rest.project(slug);
    return (project.syncedAt !== null || project.syncProblem !== null) && project;
  });
}

test.concurrent.each<[string, () => string, string]>([
  ["names no repository", () => `${server.origin}/git/nothing.git`, "git_not_found"],
  ["leads to a web page", () => `${server.origin}/page`, "git_not_found"],
  ["needs a password", () => `${server.origin}/git/private.git`, "git_auth_required"],
  ["redirects to another server", () => `${server.origin}/git/moved.git`, "git_redirected"],
  ["answers with an error", () => `${server.origin}/git/broken.git`, "git_unreachable"],
  ["never answers", () => `http://127.0.0.1:${silent.port}/git/x.git`, "git_timed_out"],
  ["leads to a host inside", () => `${canary.origin}/git/secret.git`, "git_address_refused"],
  ["leads to this machine by name", () => `http://localhost:${new URL(canary.origin).port}/git/secret.git`, "git_address_refused"],
  ["leads to the cloud's metadata", () => "http://169.254.169.254/latest/meta-data", "git_address_refused"],
  ["leads inside by ssh", () => `ssh://git@127.0.0.1:${new URL(canary.origin).port}/secret.git`, "git_address_refused"],
])("a URL that %s: the project says so with a code", async (_what, url, code) => {
  const { syncProblem } = await projectFrom(url());
  expect(syncProblem).toMatchObject({ code });
  expect(JSON.stringify(syncProblem)).not.toContain(bench.product.home);
});

test("nothing ever asked the server inside", () => {
  expect(canary.seen).toEqual([]);
});

test.each([
  "file:///etc",
  "/etc",
  "ext::sh -c id",
  "git://example.org/x.git",
  "https://user:secret@example.org/x.git",
  "-oProxyCommand=id",
  "ftp://x/y",
])("%s is refused when it is typed", async (repository) => {
  const answer = await bench.rest.ask("POST", "/projects", { name: "Refused", repository });
  expect(answer).toMatchObject({ status: 422, body: { code: "git_url_invalid" } });
});

test("a deploy key is made with the project; its private half is sealed and never answered", async () => {
  const { product, rest } = bench;
  const { slug } = await rest.createProject({ name: "By key", repository: "git@git.invalid:team/app.git", sshKey: true });
  const row = z.object({ public_key: z.string(), ciphertext: z.instanceof(Buffer) });
  const sql = `SELECT c.public_key, s.ciphertext FROM repository_credential c JOIN sealed_secret s ON s.id = c.secret_id
    JOIN project p ON p.id = c.project_id WHERE p.slug = $1`;
  const [credential] = await ask(product, row, sql, [slug]);
  expect(credential?.public_key).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ berth$/);
  expect(credential?.ciphertext.includes("PRIVATE KEY")).toBe(false);
  expect(JSON.stringify((await rest.ask("GET", `/projects/${slug}`)).body)).not.toContain("PRIVATE");
});

test("an empty repository is a project without branches that says so, and follows its first push", async () => {
  const path = await makeRemote("empty");
  const project = await projectFrom(`${server.origin}/git/empty.git`);
  expect((await bench.rest.refs(project.slug)).total).toBe(0);
  expect(project.syncProblem?.code ?? "git_empty").toBe("git_empty");
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/first");
  await bench.rest.refSeen(project.slug, "first");
});

test("a private repository works with its password", async () => {
  const path = await makeRemote("private");
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/topic");
  const project = await projectFrom(`${server.origin}/git/private.git`, { username: "builder", password });
  expect(project.syncProblem).toBeNull();
  // The list comes at once, authors and subjects a moment later.
  const { refs } = await until("commits are read", 20_000, async () => {
    const found = await bench.rest.refs(project.slug);
    return found.refs[0]?.subject === "A change" && found;
  });
  expect(refs.map((ref) => ref.name)).toEqual(["topic"]);
});

test("a remote repository is followed: preview, a push seen by the poll, one seen on demand, a deleted branch", async () => {
  const { product, rest } = bench;
  const path = await makeRemote("afar");
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/master", "HEAD:refs/heads/issue-1");
  const { slug } = await projectFrom(`${server.origin}/git/afar.git`);
  const { id, url, deployment } = await rest.preview(slug, "issue-1");
  expect((await rest.ended(deployment?.id ?? "", 60_000)).problem).toBeNull();
  await untilAnswers(product, url, "from afar, one", 10_000);

  await copy.commit(appFiles(answering("from afar, two")));
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/issue-1");
  await untilAnswers(product, url, "from afar, two", 60_000);

  await copy.commit(appFiles(answering("from afar, three")));
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/issue-1");
  await rest.sync(slug);
  await untilAnswers(product, url, "from afar, three", 60_000);

  await copy.git("push", "--quiet", path, ":refs/heads/issue-1");
  await rest.sync(slug);
  await until("the environment is gone", 30_000, async () => (await rest.environment(id)).status === "destroyed");
});

test("a fork's pull request builds nothing until its very commit is approved, and then runs without the project's secrets", async () => {
  const { product, rest } = bench;
  const path = await makeRemote("forked");
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/master");
  const { slug } = await projectFrom(`${server.origin}/git/forked.git`);
  for (const [name, kind] of [
    ["COLOUR", "plain"],
    ["PASSWORD", "secret"],
  ])
    expect((await rest.ask("PUT", `/projects/${slug}/variables`, { name, kind, value: "blue" })).status).toBe(200);
  expect((await rest.ask("PUT", `/projects/${slug}/pull-requests`, { on: true })).status).toBe(200);

  const commit = await copy.commit(appFiles(answering("from a stranger")), "Trust me");
  await copy.git("push", "--quiet", path, "HEAD:refs/pull/7/head");
  await copy.git("reset", "--quiet", "--hard", "HEAD~1");
  await rest.sync(slug);
  const pulls = z.object({ body: z.object({ pullRequests: z.array(z.object({ number: z.number(), commit: z.string() })) }) });
  await until("the pull request is seen", 30_000, async () => {
    const { body } = pulls.parse(await rest.ask("GET", `/projects/${slug}/pull-requests`));
    return body.pullRequests.some((pull) => pull.number === 7 && pull.commit === commit);
  });
  const builds = () => ask(product, z.object({ id: z.string() }), `SELECT id FROM build WHERE "commit" = $1`, [commit]);
  expect(await builds()).toEqual([]);

  const approve = (wanted: string) => rest.ask("POST", `/projects/${slug}/pull-requests/7/approve`, { commit: wanted });
  expect((await approve("1".repeat(40))).status).toBeGreaterThanOrEqual(400);
  const started = z.object({ status: z.literal(202), body: z.object({ environmentId: z.string(), deploymentId: z.string() }) });
  const { body } = started.parse(await approve(commit));
  expect((await rest.ended(body.deploymentId, 60_000)).problem).toBeNull();
  await untilAnswers(product, (await rest.environment(body.environmentId)).url, "from a stranger", 10_000);
  const released = z.object({ variables: z.record(z.string(), z.unknown()) });
  const [release] = await ask(product, released, "SELECT variables FROM release WHERE environment_id = $1", [body.environmentId]);
  expect(Object.keys(release?.variables ?? {})).toEqual(["COLOUR"]);
});

test("ten thousand refs come, move and go within seconds of a look", async () => {
  const { rest } = bench;
  const path = await makeRemote("many");
  await copy.git("push", "--quiet", path, "HEAD:refs/heads/master", "HEAD~1:refs/heads/topic/older");
  const { slug } = await projectFrom(`${server.origin}/git/many.git`);
  const [older = "", newer = ""] = [await copy.git("rev-parse", "HEAD~1"), await copy.git("rev-parse", "HEAD")].map((line) => line.trim());
  const names = Array.from({ length: 10_000 }, (_, index) => `refs/heads/topic/number-${index}`).toSorted();
  const change = async (what: string, commit: string | null, done: () => Promise<boolean>) => {
    // As `git pack-refs` writes them: one file instead of ten thousand.
    const lines = commit === null ? [] : names.map((name) => `${commit} ${name}\n`);
    await writeFile(join(path, "packed-refs.new"), `# pack-refs with: peeled fully-peeled sorted \n${lines.join("")}`);
    await rename(join(path, "packed-refs.new"), join(path, "packed-refs"));
    const from = performance.now();
    await rest.sync(slug);
    await until(`ten thousand refs ${what}`, 30_000, done);
    console.log(`ten thousand refs ${what}: seen after ${((performance.now() - from) / 1000).toFixed(1)} s`);
  };
  await change("come", older, async () => (await rest.refs(slug)).total === 10_002);
  await change("move", newer, async () => (await rest.refs(slug, "?search=number-9999")).refs[0]?.commit === newer);
  await change("go", null, async () => (await rest.refs(slug)).total === 2);
  expect((await rest.project(slug)).syncProblem).toBeNull();
}, 120_000);

test("after all of this nothing is missing and nothing is left behind", async () => {
  expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
});
