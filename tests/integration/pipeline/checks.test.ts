import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { connectEngine } from "#lib/adapters/docker/client.ts";
import { inspectImage } from "#lib/adapters/docker/images.ts";
import { linkChecks } from "#lib/domain/checks/link.ts";
import { planOf } from "#lib/domain/checks/plan.ts";
import { type CheckContext, reviveChecks, runCheck } from "#lib/domain/checks/run.ts";
import { checks } from "#lib/domain/checks/schema.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { createLog } from "#lib/platform/log.ts";
import { ensureTestBase, findTestEngine, testBase } from "#tests/integration/docker/test-engine.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

const engine = await findTestEngine();
const pool = "pool-of-this-test";

let stage: Stage;
let context: CheckContext;
beforeAll(async () => {
  stage = await openStage();
  if (engine === null) return;
  await ensureTestBase(engine);
  const log = createLog("worker", "silent");
  context = { database: stage.worker, engine, registry: null, instance: `test-${randomUUID()}`, poolId: () => pool, log };
}, 60_000);
afterAll(() => stage.end());

/** A deployment that waits for a command in the test's image. */
async function waiting(command: string | string[], timeoutSeconds = 30) {
  if (engine === null) throw new Error("no engine");
  const project = await stage.project();
  await stage.branch(project.id, "issue-1");
  const { deploymentId, environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
  await stage.worker.deployment.update({ where: { id: deploymentId }, data: { status: "preparing" } });
  const engineId = (await inspectImage(engine, testBase))?.engineId ?? "";
  const image = await stage.worker.image.create({
    data: {
      projectId: project.id,
      commit: "1".repeat(40),
      digest: engineId,
      repository: "shop",
      tag: "t",
      engineId,
      pushed: false,
      sizeBytes: 1n,
    },
  });
  const wanted = planOf(checks.parse([{ name: "check", command, timeoutSeconds }]));
  const link = async () => {
    const [run] = await stage.worker.$transaction((tx) => linkChecks(tx, { projectId: project.id, deploymentId, image, wanted }));
    return run!;
  };
  const { id } = await link();
  const result = () => stage.worker.checkRun.findUniqueOrThrow({ where: { id } });
  const output = async () => {
    const chunks = await stage.worker.logChunk.findMany({ where: { logId: (await result()).logId }, orderBy: { seq: "asc" } });
    return chunks.map(({ text }) => text).join("");
  };
  return { id, deploymentId, environmentId, link, result, output };
}

const containers = async () => {
  const list = await connectEngine({ socketPath: process.env["BERTH_TEST_DOCKER_SOCKET"] ?? "/var/run/docker.sock" }).listContainers({
    all: true,
    filters: { label: [`berth.check=${context.instance}`] },
  });
  return list.length;
};

describe.skipIf(engine === null)("a check in the built image", () => {
  it("passes or fails by its exit code, keeps what it said, rings whoever waits, leaves nothing, and is not run twice for an image", async () => {
    const good = await waiting('echo fine; echo "to stderr" >&2');
    await runCheck(context, good.id);
    expect(await good.result()).toMatchObject({ status: "passed", exitCode: 0, leasedBy: null });
    expect(await good.output()).toMatch(/^\$ echo fine.*\n(?:fine\nto stderr\n|to stderr\nfine\n)Passed\.\n$/s);
    const jobs = await stage.worker.$queryRaw<Array<{ key: string }>>`SELECT key FROM graphile_worker.jobs WHERE key IS NOT NULL`;
    expect(jobs.map(({ key }) => key)).toContain(`reconcile-environment:${good.environmentId}`);
    const before = (await good.result()).endedAt;
    expect((await good.link()).id).toBe(good.id);
    await runCheck(context, good.id);
    expect((await good.result()).endedAt).toEqual(before);
    const bad = await waiting(["/bin/sh", "-c", "exit 3"]);
    await runCheck(context, bad.id);
    expect(await bad.result()).toMatchObject({ status: "failed", exitCode: 3, errorText: "It ended with code 3." });
    const none = await waiting(["/no/such/thing"]);
    await runCheck(context, none.id);
    expect(await none.result()).toMatchObject({ status: "failed", exitCode: 127 });
    expect(await containers()).toBe(0);
  }, 60_000);

  it("has no network, no right, no secret, a file system it cannot write to but for /tmp, and no more than its limits", async () => {
    const probe = await waiting(
      "ls /sys/class/net; (echo x > /etc/x) 2>/dev/null && echo wrote; echo y > /tmp/y && cat /tmp/y; cat /proc/self/status; cat /proc/self/environ",
    );
    await runCheck(context, probe.id);
    const said = (await probe.output()).slice((await probe.output()).indexOf("\n"));
    expect(said).not.toContain("eth0");
    expect(said).not.toContain("wrote");
    expect(said).toMatch(/^y$/m);
    expect(said).toMatch(/^CapEff:\s+0{16}$/m);
    expect(said).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(said).not.toMatch(/DATABASE_URL|POSTGRES|password/i);
    const loud = await waiting("dd if=/dev/zero bs=1M count=20 2>/dev/null");
    await runCheck(context, loud.id);
    expect((await loud.result()).status).toBe("passed");
    expect((await loud.output()).length).toBeLessThan(3 * 1024 * 1024);
  }, 60_000);

  it("ends by its time limit, and by nobody waiting for it any more, without a result in the second case", async () => {
    const slow = await waiting("sleep 30", 1);
    await runCheck(context, slow.id);
    expect(await slow.result()).toMatchObject({ status: "failed", errorText: "It took longer than 1 s and was stopped." });
    const left = await waiting("sleep 30");
    const running = runCheck(context, left.id);
    for (let tries = 0; tries < 100 && (await containers()) === 0; tries += 1) await delay(50);
    await stage.worker.deployment.update({ where: { id: left.deploymentId }, data: { cancelRequestedAt: new Date() } });
    await running;
    expect(await left.result()).toMatchObject({ status: "queued", leasedBy: null, attempt: 0 });
    expect(await containers()).toBe(0);
  }, 60_000);

  it("is put back when its worker died, and what that one left behind is removed", async () => {
    const lost = await waiting("true");
    await stage.worker.checkRun.update({ where: { id: lost.id }, data: { status: "running", leasedBy: "a dead pool", leaseEpoch: 1 } });
    const orphan = await engine!.createContainer({
      name: `berth-check-${randomUUID()}`,
      Image: testBase,
      Cmd: ["/bin/sleep", "60"],
      Labels: { "berth.instance": context.instance, "berth.check": context.instance },
    });
    await orphan.start();
    await reviveChecks(context);
    expect(await lost.result()).toMatchObject({ status: "queued", leasedBy: null, leaseEpoch: 2 });
    expect(await containers()).toBe(0);
    await runCheck(context, lost.id);
    expect((await lost.result()).status).toBe("passed");
  }, 60_000);
});
