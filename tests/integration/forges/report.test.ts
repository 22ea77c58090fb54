import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { ForgeName } from "#lib/core/forge-names.ts";
import { connectForgeCommand, disconnectForge } from "#lib/domain/forges/commands/connect.ts";
import { reportToForges } from "#lib/domain/forges/report.ts";
import { createHttpClient } from "#lib/platform/outbound-http/client.ts";
import { admin } from "#tests/integration/domain/stage.ts";
import { type TellingStage, openTellingStage } from "#tests/integration/notifications/stage.ts";

import { type Dialect, type ForgeServer, openForgeServer } from "./forge-server.ts";

let stage: TellingStage;
const open: ForgeServer[] = [];

beforeAll(async () => {
  stage = await openTellingStage();
});

afterEach(async () => {
  await stage.owner.forgeConnection.deleteMany({});
  for (const server of open.splice(0)) await server.close();
});

afterAll(async () => {
  await stage.end();
});

/** What git says of pull requests, for the forge that does not list them. */
let pullRefs: Array<{ number: number; commit: string }> = [];

const report = (server: ForgeServer, pausesSeconds: readonly number[] = [0]) =>
  reportToForges({
    pullRefs: async () => pullRefs,
    database: stage.worker,
    settings: stage.context.settings,
    log: stage.log,
    sealingKey: stage.sealingKey,
    http: createHttpClient({ timeoutMs: 3_000, maxBodyBytes: 1024 * 1024, policy: "user", allowedHosts: [server.host] }),
    pausesSeconds,
  });

/** A project whose forge is a server on loopback, with an environment of the branch that has the pull request. */
async function connected(dialect: Dialect, forge: ForgeName = dialect) {
  const project = await stage.project();
  const place = await stage.environment(project, admin);
  const environment = await stage.owner.environment.findUniqueOrThrow({ where: { id: place.environmentId }, include: { ref: true } });
  const server = await openForgeServer(dialect, environment.ref?.name ?? "");
  open.push(server);
  await connectForgeCommand.run(stage.context, admin, {
    project: project.slug,
    forge,
    apiUrl: `${server.origin}/`,
    repository: "octo/shop",
    accessToken: "token-of-the-tests",
    statuses: true,
    comments: true,
  });
  return { project, place, server, environment };
}

const end = (id: string, status: "live" | "failed") =>
  stage.owner.deployment.update({ where: { id }, data: { status, endedAt: new Date() } });
const ready = () => stage.owner.forgeReport.updateMany({ data: { nextAt: new Date(Date.now() - 1_000) } });

describe.each(["github", "gitlab", "gitea"] as const)("%s", (dialect) => {
  const words =
    dialect === "gitlab"
      ? { pending: "running", live: "success", failed: "failed" }
      : { pending: "pending", live: "success", failed: "failure" };
  const name = dialect === "gitlab" ? "name" : "context";

  it("is told of a deployment's beginning and end, and of nothing twice", async () => {
    const { server, place, environment } = await connected(dialect);
    await report(server);
    expect(server.statuses).toMatchObject([{ state: words.pending, [name]: `berth/${environment.name}`, commit: environment.ref?.commit }]);
    await report(server);
    expect(server.statuses).toHaveLength(1);
    await end(place.deploymentId, "live");
    await ready();
    await report(server);
    expect(server.statuses.at(-1)).toMatchObject({ state: words.live, target_url: `http://${environment.host}:4000` });
    expect(server.asked.every(({ authorization }) => authorization.includes("token-of-the-tests"))).toBe(true);
  });

  it("is told of a failure, with the page of the deployment", async () => {
    const { server, place } = await connected(dialect);
    await end(place.deploymentId, "failed");
    await report(server);
    expect(server.statuses.at(-1)).toMatchObject({
      state: words.failed,
      target_url: `http://localhost:3000/deployments/${place.deploymentId}`,
    });
  });

  it("gets one comment with the preview's address, which is edited and made anew when somebody deleted it", async () => {
    const { server, place, project, environment } = await connected(dialect);
    server.comments.push(...Array.from({ length: 60 }, (_, index) => ({ id: index + 1, body: `Nice, number ${index}` })));
    await report(server);
    expect(server.comments).toHaveLength(61);
    const own = server.comments.at(-1);
    expect(own?.body).toContain(`<!-- berth ${project.id} -->`);
    expect(own?.body).toContain("⏳ waiting");
    await end(place.deploymentId, "failed");
    await ready();
    await report(server);
    expect(server.comments).toHaveLength(61);
    expect(server.comments.at(-1)?.body).toContain("❌ failed");
    server.comments.splice(60);
    await end(place.deploymentId, "live");
    const image = await stage.owner.image.create({
      data: {
        projectId: project.id,
        commit: environment.ref?.commit ?? "",
        repository: "shop",
        tag: "t",
        digest: `sha256:${"1".repeat(64)}`,
        engineId: "e",
        pushed: false,
        sizeBytes: 1n,
      },
    });
    const release = await stage.owner.release.create({
      data: {
        environmentId: environment.id,
        number: 1,
        imageId: image.id,
        commit: image.commit,
        variables: {},
        fingerprint: "f",
        instances: 1,
        cpus: 1,
        mem: 1,
        port: 80,
        healthPath: "/",
      },
    });
    await stage.owner.environment.update({ where: { id: environment.id }, data: { liveReleaseId: release.id } });
    await ready();
    await report(server);
    expect(server.comments).toHaveLength(61);
    expect(server.comments.at(-1)?.body).toContain(`](http://${environment.host}:4000)`);
  });

  it("that refuses the token is asked once and then left in peace, and the project sees why", async () => {
    const { server, project } = await connected(dialect);
    server.fail(401);
    await report(server, [600]);
    const asked = server.asked.length;
    expect(asked).toBe(1);
    server.fail(null);
    await stage.owner.forgeReport.updateMany({ where: { projectId: project.id }, data: { nextAt: new Date(Date.now() + 600_000) } });
    expect((await stage.owner.forgeConnection.findUniqueOrThrow({ where: { projectId: project.id } })).problem).toMatch(/401/);
  });
});

describe("gogs", () => {
  it("gets its comment on the pull request whose head is the commit, and no statuses, which it does not know", async () => {
    const { server, environment } = await connected("gitea", "gogs");
    const commit = environment.ref?.commit ?? "";
    pullRefs = [];
    await report(server);
    expect(server.comments).toEqual([]);
    pullRefs = [
      { number: 3, commit },
      { number: 7, commit },
      { number: 9, commit: "2".repeat(40) },
    ];
    await ready();
    await report(server);
    expect(server.comments).toHaveLength(1);
    expect(server.asked.some(({ path }) => path.endsWith("/pulls"))).toBe(false);
    expect(server.statuses).toEqual([]);
  });
});

describe("a forge", () => {
  it("at a private address that nobody allowed is never asked", async () => {
    const { server, project } = await connected("github");
    await reportToForges({
      pullRefs: async () => [],
      database: stage.worker,
      settings: stage.context.settings,
      log: stage.log,
      sealingKey: stage.sealingKey,
      http: createHttpClient({ timeoutMs: 3_000, maxBodyBytes: 1024, policy: "user" }),
      pausesSeconds: [0],
    });
    expect(server.asked).toEqual([]);
    expect((await stage.owner.forgeConnection.findUniqueOrThrow({ where: { projectId: project.id } })).problem).toMatch(/not allowed/);
  });

  it("is told each thing once, however many workers look", async () => {
    const { server } = await connected("github");
    await Promise.all([report(server), report(server), report(server)]);
    expect(server.statuses).toHaveLength(1);
    expect(server.comments).toHaveLength(1);
  });

  it("does not get a token that was given to another server, and none comes back", async () => {
    const { project, server } = await connected("github");
    const input = { project: project.slug, forge: "github", repository: "octo/shop", statuses: true, comments: true };
    await expect(connectForgeCommand.run(stage.context, admin, { ...input, apiUrl: "https://evil.example.org" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await connectForgeCommand.run(stage.context, admin, { ...input, apiUrl: server.origin, comments: false });
    await disconnectForge.run(stage.context, admin, { project: project.slug });
    expect(await stage.owner.sealedSecret.count({ where: { scope: `forge:${project.id}` } })).toBe(0);
  });

  it("reads a branch's name as text, not as markup or a call to people", async () => {
    const { server, environment } = await connected("github");
    await stage.owner.environment.update({ where: { id: environment.id }, data: { name: "review/@octocat|<img src=x>](http://evil)" } });
    await report(server);
    const row = server.comments[0]?.body.split("\n").at(-1) ?? "";
    expect(row).not.toMatch(/@octocat|<img|[^\\]\]\(http:\/\/evil/);
    expect(row.replaceAll(/\\./g, "").match(/\|/g)).toHaveLength(6);
  });
});
