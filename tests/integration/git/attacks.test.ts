import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { listRemoteRefs } from "#lib/adapters/git/ls-remote.ts";
import { fetchCommit } from "#lib/adapters/git/mirror.ts";
import { pathKind } from "#lib/adapters/git/tree.ts";
import { BerthError, isBerthError } from "#lib/core/errors.ts";

import { commitOf, createFixture, eventually, git, type GitFixture } from "./fixture.ts";
import { startServer } from "./git-server.ts";

let fixture: GitFixture;
let marker: string;
const limits = { timeoutMs: 10_000 };

beforeAll(async () => {
  fixture = await createFixture();
  marker = fixture.path("MARKER");
});

afterEach(() => {
  if (existsSync(marker)) throw new Error("Something was executed: the marker file exists.");
});

afterAll(() => fixture.remove());

test.each([
  ["--upload-pack=touch MARKER"],
  ["-utouch MARKER"],
  ["ext::sh -c touch% MARKER"],
  ["EXT::sh -c touch% MARKER"],
  ["fd::17"],
  ["transport::x"],
  ["ssh://-oProxyCommand=touch MARKER/x"],
  ["-oProxyCommand=touch MARKER:x"],
  ["git://127.0.0.1:1/x"],
])("the runner alone executes nothing for the URL %s", async (url) => {
  const source = { kind: "remote", url: url.replace("MARKER", marker) } as const;
  await expect(listRemoteRefs(fixture.runner, source, limits)).rejects.toThrow(expect.objectContaining({ name: "BerthError" }));
  await expect(
    fetchCommit(fixture.runner, source, fixture.path("attack.git"), { ...limits, fullRef: "refs/heads/x", commit: "a".repeat(40) }),
  ).rejects.toThrow(expect.objectContaining({ name: "BerthError" }));
});

test("files are no source where the installation does not allow them", async () => {
  const strict = fixture.createRunner({ homeDir: fixture.path("strict-home"), protocols: ["https", "http", "ssh"] });
  const repository = fixture.path("plain");
  await mkdir(repository);
  await git(repository, "init", "-q");
  for (const url of [`file://${repository}`, repository, "./plain", "../plain"])
    await expect(listRemoteRefs(strict, { kind: "remote", url }, limits)).rejects.toThrow(expect.objectContaining({ name: "BerthError" }));
  await expect(listRemoteRefs(strict, { kind: "remote", url: `file://${repository}` }, limits)).rejects.toThrow(
    expect.objectContaining({ code: "git_url_invalid" }),
  );
});

test.each(["--upload-pack=touch MARKER", "-x", "a b", "..", "a..b", "@{u}", "a.lock", "x".repeat(300), "a\0b"])(
  "the branch name %j is refused before git sees it",
  async (name) => {
    const wanted = { ...limits, fullRef: `refs/heads/${name.replace("MARKER", marker)}`, commit: "a".repeat(40) };
    await expect(
      fetchCommit(fixture.runner, { kind: "remote", url: `file://${fixture.path("plain")}` }, fixture.path("attack.git"), wanted),
    ).rejects.toThrow(expect.objectContaining({ code: "invalid_input" }));
  },
);

test.each(["HEAD'; id; #", "HEAD~99999", "a".repeat(39), "refs/pull/1/head"])(
  "the commit %j is refused before git sees it",
  async (commit) => {
    const wanted = { ...limits, fullRef: "refs/heads/x", commit };
    await expect(
      fetchCommit(fixture.runner, { kind: "remote", url: `file://${fixture.path("plain")}` }, fixture.path("attack.git"), wanted),
    ).rejects.toThrow(expect.objectContaining({ code: "invalid_input" }));
  },
);

test("git in a folder of another repository does not use that repository's configuration", async () => {
  const outer = fixture.path("outer");
  await mkdir(outer);
  await git(outer, "init", "-q");
  await git(outer, "config", "url.file:///etc/.insteadOf", "https://example.invalid/");
  const inner = fixture.createRunner({ homeDir: `${outer}/berth/git` });
  await expect(listRemoteRefs(inner, { kind: "remote", url: "https://example.invalid/x" }, limits)).rejects.toThrow(
    expect.objectContaining({ code: "git_unreachable" }),
  );
});

test("nothing of the surrounding user or process reaches git", async () => {
  const program = fixture.path("bin");
  await mkdir(program);
  await writeFile(`${program}/git`, `#!/bin/sh\nenv > ${fixture.path("seen-environment")}\n`);
  await chmod(`${program}/git`, 0o755);
  const environment = {
    PATH: `${program}:/usr/bin:/bin`,
    HOME: "/root",
    BERTH_SECRET: "marker",
    GIT_DIR: "/evil",
    GIT_SSH_COMMAND: "evil",
    SSH_AUTH_SOCK: "/evil",
    https_proxy: "http://127.0.0.1:9",
  };
  await fixture.createRunner({ homeDir: fixture.path("clean-home"), environment }).run(["version"], { ...limits, maxOutputBytes: 1_000 });
  const seen = await readFile(fixture.path("seen-environment"), "utf8");
  expect(seen).not.toMatch(/BERTH_SECRET|marker|evil|SSH_AUTH_SOCK|HOME=\/root/);
  expect(seen).toContain("https_proxy=http://127.0.0.1:9");
  expect(seen).toContain("GIT_TERMINAL_PROMPT=0");
});

test("a redirect is not followed, wherever it leads", async () => {
  const canary = await startServer((_, response) => void response.writeHead(200).end());
  for (const target of [`${canary.origin}/x`, "file:///etc/passwd", "https://127.0.0.1:1/x"]) {
    const server = await startServer(
      (request, response) => void response.writeHead(302, { location: target.replace("/x", request.url ?? "") }).end(),
    );
    await expect(listRemoteRefs(fixture.runner, { kind: "remote", url: `${server.origin}/shop.git` }, limits)).rejects.toThrow(
      expect.objectContaining({ code: "git_redirected" }),
    );
    await server.close();
  }
  expect(canary.seen).toEqual([]);
  await canary.close();
});

test("a credential goes to its origin as a header, and is not in the process list, the message or the log", async () => {
  const headers: (string | undefined)[] = [];
  let commandLines = "";
  const server = await startServer((request, response) => {
    headers.push(request.headers.authorization);
    commandLines += processes().join("\n");
    response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
  });
  const credential = { kind: "basic", username: "anna", password: "s3cret-pa:ss" } as const;
  const failure = await listRemoteRefs(fixture.runner, { kind: "remote", url: `${server.origin}/shop.git`, credential }, limits).catch(
    (error: unknown) => error,
  );
  await server.close();
  const token = Buffer.from("anna:s3cret-pa:ss").toString("base64");
  expect(headers[0]).toBe(`Basic ${token}`);
  expect(commandLines).toContain("remote-http");
  expect(commandLines).not.toContain(token);
  expect(failure).toMatchObject({ code: "git_auth_required" });
  expect(JSON.stringify(failure)).not.toMatch(/s3cret/);
});

test.each([
  [404, "git_not_found"],
  [403, "git_auth_required"],
  [429, "git_unreachable"],
  [503, "git_unreachable"],
  [200, "git_not_found"],
])("an answer of %i from the server means %s", async (status, code) => {
  const server = await startServer(
    (_, response) => void response.writeHead(status, { "content-type": "text/html" }).end("<html>hello</html>"),
  );
  await expect(listRemoteRefs(fixture.runner, { kind: "remote", url: `${server.origin}/shop.git` }, limits)).rejects.toThrow(
    expect.objectContaining({ code }),
  );
  await server.close();
});

test("nobody listening and an unknown host are told as unreachable", async () => {
  for (const url of ["http://127.0.0.1:1/shop.git", "https://nobody.invalid/shop.git"])
    await expect(listRemoteRefs(fixture.runner, { kind: "remote", url }, limits)).rejects.toThrow(
      expect.objectContaining({ code: "git_unreachable" }),
    );
});

/** Command lines of all processes that mention `text`. */
function processes(text = "git"): string[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((line) => line.includes(text));
}

async function hangingServer(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n";

test.each([
  ["never answers", () => undefined, "git_timed_out"],
  [
    "sends one byte a second",
    (socket: Socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write("0"), 1_000);
      socket.once("close", () => clearInterval(timer));
    },
    "git_timed_out",
  ],
])("a server that %s is given up, by speed and by time, and the whole process group is gone", async (_, behave, code) => {
  const { server, port } = await hangingServer(behave);
  const source = { kind: "remote", url: `http://127.0.0.1:${port}/shop.git` } as const;
  const impatient = fixture.createRunner({ homeDir: fixture.path("impatient-home"), lowSpeedSeconds: 2 });
  const started = performance.now();
  await expect(listRemoteRefs(fixture.runner, source, { timeoutMs: 700 })).rejects.toThrow(expect.objectContaining({ code }));
  expect(performance.now() - started).toBeLessThan(4_000);
  await eventually(() => processes(`127.0.0.1:${port}`).length === 0, 2_000);
  await expect(listRemoteRefs(impatient, source, { timeoutMs: 20_000 })).rejects.toThrow(
    expect.objectContaining({ code: "git_timed_out" }),
  );
  await eventually(() => processes(`127.0.0.1:${port}`).length === 0, 2_000);
  server.close();
});

test("a call that is aborted ends with its whole process group", async () => {
  const { server, port } = await hangingServer(() => undefined);
  const abort = new AbortController();
  const listing = listRemoteRefs(
    fixture.runner,
    { kind: "remote", url: `http://127.0.0.1:${port}/shop.git` },
    { timeoutMs: 20_000, signal: abort.signal },
  );
  const outcome = listing.catch((error: unknown) => error);
  await eventually(() => processes(`127.0.0.1:${port}`).length > 0);
  abort.abort();
  expect(await outcome).toMatchObject({ code: "cancelled" });
  await eventually(() => processes(`127.0.0.1:${port}`).length === 0, 2_000);
  await expect(fixture.runner.run(["version"], { ...limits, maxOutputBytes: 1_000, signal: abort.signal })).rejects.toThrow(
    expect.objectContaining({ code: "cancelled" }),
  );
  server.close();
});

test("a server that never ends its list of refs is given up", async () => {
  const line = `${"a".repeat(40)} refs/heads/${"x".repeat(200)}`;
  const { server, port } = await hangingServer((socket) => {
    socket.write(`${head}001e# service=git-upload-pack\n0000`);
    let number = 0;
    const more = () => {
      while (!socket.destroyed) {
        const text = `${line}${String((number += 1)).padStart(9, "0")}\n`;
        if (!socket.write(`${(text.length + 4).toString(16).padStart(4, "0")}${text}`)) return;
      }
    };
    socket.on("drain", more);
    more();
  });
  await expect(
    listRemoteRefs(fixture.runner, { kind: "remote", url: `http://127.0.0.1:${port}/shop.git` }, { timeoutMs: 3_000 }),
  ).rejects.toThrow(expect.objectContaining({ name: "BerthError" }));
  await eventually(() => processes(`127.0.0.1:${port}`).length === 0, 3_000);
  server.close();
});

test("ssh gets the key by file, its own known hosts and nothing of the user's, and no shell sees the host", async () => {
  const program = fixture.path("ssh-bin");
  const log = fixture.path("ssh-arguments");
  await mkdir(program);
  await writeFile(
    `${program}/ssh`,
    `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a" >> ${log}; done\nstat -c '%a' "$(dirname "$BERTH_SSH_KEY")"/key >> ${log}\ncat "$BERTH_SSH_KEY" >> ${log}\nenv >> ${log}\nexit 255\n`,
  );
  await chmod(`${program}/ssh`, 0o755);
  const homeDir = fixture.path("ssh home");
  const runner = fixture.createRunner({ homeDir, environment: { PATH: `${program}:/usr/bin:/bin`, SSH_AUTH_SOCK: "/evil" } });
  const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\r\nYWJj\r\n-----END OPENSSH PRIVATE KEY-----";
  const source = {
    kind: "remote",
    url: `ssh://git@host.invalid:2222/a$(touch ${marker})/x.git`,
    credential: { kind: "ssh", privateKey },
  } as const;
  await expect(listRemoteRefs(runner, source, limits)).rejects.toThrow(expect.objectContaining({ code: "git_unreachable" }));
  const lines = (await readFile(log, "utf8")).split("\n");
  for (const expected of [
    "BatchMode=yes",
    "StrictHostKeyChecking=accept-new",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    `UserKnownHostsFile="${homeDir}/known_hosts"`,
    "-p",
    "2222",
    "git@host.invalid",
    "600",
  ])
    expect(lines).toContain(expected);
  expect(lines).toContain("-----END OPENSSH PRIVATE KEY-----");
  expect(lines.some((line) => line.startsWith("SSH_AUTH_SOCK"))).toBe(false);
  expect(readdirSync(`${homeDir}/keys`)).toEqual([]);
});

test("git connects only to the addresses the installation's policy answers, by http and by ssh", async () => {
  const asked: string[] = [];
  const server = await startServer((_, response) => void response.writeHead(404).end());
  const resolveHost = async (host: string, port: number) => {
    asked.push(`${host}:${port}`);
    if (host === "refused.invalid" || host === "169.254.169.254")
      throw new BerthError("git_unreachable", { detail: "This address is not allowed." });
    return ["127.0.0.1"];
  };
  const runner = fixture.createRunner({ homeDir: fixture.path("policy-home"), resolveHost });
  const source = { kind: "remote", url: `http://pinned.invalid:${server.port}/x.git` } as const;
  await expect(listRemoteRefs(runner, source, limits)).rejects.toThrow(expect.objectContaining({ code: "git_not_found" }));
  expect(server.seen.length).toBeGreaterThan(0);
  for (const url of ["https://refused.invalid/x.git", "http://169.254.169.254/x.git", "ssh://git@refused.invalid/x.git"])
    await expect(listRemoteRefs(runner, { kind: "remote", url }, limits)).rejects.toThrow(/not allowed/);
  await expect(listRemoteRefs(runner, { kind: "remote", url: "ssh://git@pinned.invalid:1/x.git" }, limits)).rejects.toThrow(/127\.0\.0\.1/);
  expect(asked).toContain("pinned.invalid:1");
  await server.close();
});

test("the real ssh program takes our options, and a host that is not there is unreachable", async () => {
  const privateKey = execFileSync("sh", ["-c", `cd ${fixture.folder} && ssh-keygen -q -t ed25519 -N '' -f k && cat k`], {
    encoding: "utf8",
  });
  const failure = await listRemoteRefs(
    fixture.runner,
    { kind: "remote", url: "ssh://git@127.0.0.1:1/x.git", credential: { kind: "ssh", privateKey } },
    limits,
  ).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "git_unreachable" });
  expect(String(failure)).not.toMatch(/Bad configuration|usage|command-line/);
});

test("a credential of the wrong kind is told before anything is sent", async () => {
  for (const source of [
    { kind: "remote", url: "ssh://git@127.0.0.1:1/x.git", credential: { kind: "basic", username: "a", password: "b" } },
    { kind: "remote", url: "http://127.0.0.1:1/x.git", credential: { kind: "ssh", privateKey: "x" } },
    { kind: "remote", url: "ssh://git@127.0.0.1:1/x.git", credential: { kind: "ssh", privateKey: "not a key" } },
  ] as const)
    await expect(listRemoteRefs(fixture.runner, source, limits)).rejects.toThrow(expect.objectContaining({ code: "git_auth_required" }));
});

test("submodules are not fetched", async () => {
  const repository = fixture.path("with-submodule");
  await mkdir(repository);
  await git(repository, "init", "-q");
  await writeFile(`${repository}/.gitmodules`, `[submodule "evil"]\n\tpath = evil\n\turl = ext::sh -c touch% ${marker}\n`);
  await git(repository, "update-index", "--add", "--cacheinfo", `160000,${"b".repeat(40)},evil`);
  await git(repository, "add", ".gitmodules");
  await git(repository, "commit", "-qm", "Submodule");
  const wanted = { ...limits, fullRef: "refs/heads/master", commit: await commitOf(repository, "HEAD") };
  // git's own check refuses such a .gitmodules; without it nothing would be fetched either.
  const outcome = await fetchCommit(
    fixture.runner,
    { kind: "remote", url: `file://${repository}` },
    fixture.path("submodule.git"),
    wanted,
  ).then(
    ({ gitDir }) => pathKind(fixture.runner, gitDir, wanted.commit, "evil"),
    (error: unknown) => error,
  );
  expect(outcome === "submodule" || isBerthError(outcome)).toBe(true);
});
