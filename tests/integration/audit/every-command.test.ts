import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import type { Actor } from "#lib/domain/access/policy.ts";
import { addCluster } from "#lib/domain/clusters/commands/edit.ts";
import type { Command } from "#lib/domain/command.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { createGroup } from "#lib/domain/groups/commands/edit.ts";
import { addGroupMember } from "#lib/domain/groups/commands/members.ts";
import { createHook } from "#lib/domain/hooks/commands/edit.ts";
import { loadDefaultMatrix } from "#lib/domain/permissions/load.ts";
import { hashPassword } from "#lib/platform/crypto/passwords.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

/** Appears in every secret that is given to a command: none of them may be in the log. */
const canary = "canary-7c1f-harbour";
const commandSchema = z.object({ name: z.string(), run: z.custom<Command<unknown>["run"]>((value) => typeof value === "function") });

let stage: Stage;
let ada: Actor;

async function allCommands(): Promise<Map<string, Command<unknown>>> {
  const folder = resolve("lib/domain");
  const files = (await readdir(folder, { recursive: true })).filter((file) => /(^|\/)commands\/[^/]+(?<!\.test)\.ts$/.test(file));
  const found = new Map<string, Command<unknown>>();
  for (const file of files) {
    const module: unknown = await import(pathToFileURL(resolve(folder, file)).href);
    for (const value of Object.values(z.record(z.string(), z.unknown()).parse(module))) {
      const command = commandSchema.safeParse(value);
      if (command.success) found.set(command.data.name, command.data);
    }
  }
  return found;
}

const someone = (data: { name?: string; isAdmin?: boolean } = {}) =>
  stage.worker.person.create({ data: { email: `${randomUUID()}@example.org`, name: "Somebody", ...data } });
const session = (personId: string, data: { viewAsRole?: "tester" } = {}) =>
  stage.worker.session.create({ data: { personId, idHash: randomUUID(), expiresAt: new Date(Date.now() + 3_600_000), ...data } });
const token = (personId: string) => stage.worker.apiToken.create({ data: { personId, name: "A token", hash: randomUUID(), hint: "abcd" } });
const invitation = (personId: string) =>
  stage.worker.invitation.create({
    data: { personId, hash: randomUUID(), createdByName: "Ada", expiresAt: new Date(Date.now() + 3_600_000) },
  });

async function environment() {
  const project = await stage.project();
  await stage.branch(project.id, "issue-1");
  const { environmentId, deploymentId } = await preview.run(stage.context, ada, { project: project.slug, ref: "issue-1" });
  return { project, environmentId, deploymentId };
}

/** An environment with a live release. */
async function released(desired: "running" | "stopped"): Promise<string> {
  const { environmentId, project } = await environment();
  const commit = "1".repeat(40);
  const image = await stage.worker.image.create({
    data: {
      projectId: project.id,
      commit,
      digest: `sha256:${randomUUID()}`,
      repository: "shop",
      tag: "t",
      engineId: "sha256:e",
      pushed: false,
      sizeBytes: 1n,
    },
  });
  const release = await stage.worker.release.create({
    data: {
      environmentId,
      number: 1,
      imageId: image.id,
      commit: "1".repeat(40),
      variables: {},
      fingerprint: "f",
      instances: 1,
      cpus: 0.1,
      mem: 32,
      port: 80,
      healthPath: "/",
    },
  });
  await stage.worker.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id, desired } });
  return environmentId;
}

/** A staging environment whose live release is approved. */
async function promotable() {
  const environmentId = await released("running");
  const { projectId, liveReleaseId } = await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } });
  const staging = await stage.worker.stage.findFirstOrThrow({ where: { projectId, name: "staging" } });
  const ref = await stage.worker.ref.create({ data: { projectId, kind: "tag", name: "v1", slug: "v1", commit: "1".repeat(40) } });
  await stage.worker.environment.update({
    where: { id: environmentId },
    data: { stageId: staging.id, refId: ref.id, name: "staging/v1", health: "healthy" },
  });
  const release = await stage.worker.release.findUniqueOrThrow({ where: { id: liveReleaseId! }, include: { image: true } });
  await stage.worker.release.update({ where: { id: release.id }, data: { cpus: staging.cpus, mem: staging.mem, port: 8080 } });
  await stage.worker.verdict.create({
    data: {
      projectId,
      environmentId,
      number: 1,
      releaseId: release.id,
      imageId: release.imageId,
      imageDigest: release.image.digest,
      commit: release.commit,
      fingerprint: release.fingerprint,
      kind: "approve",
      words: "Tried it.",
      givenById: randomUUID(),
      givenByName: "Tess",
    },
  });
  return { environmentId, projectId, release };
}

/** One into UAT that waits for a second person. */
async function promotion(): Promise<string> {
  const { environmentId, projectId, release } = await promotable();
  const uat = await stage.worker.stage.findFirstOrThrow({ where: { projectId, name: "uat" } });
  const { id } = await stage.worker.promotion.create({
    data: {
      projectId,
      fromEnvironmentId: environmentId,
      fromReleaseId: release.id,
      imageId: release.imageId,
      digest: release.image.digest,
      fingerprint: release.fingerprint,
      commit: release.commit,
      toStageId: uat.id,
      askedByName: "Olga",
    },
    select: { id: true },
  });
  return id;
}

/** The smallest PNG there is. */
const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A job in an environment with a live release. */
async function job(data: { paused?: boolean } = {}): Promise<string> {
  const row = { name: "import", startKind: "command", command: canary, cpus: 0.1, mem: 32, scheduleKind: "none", ...data };
  return (await stage.worker.job.create({ data: { ...row, environmentId: await released("running") } })).id;
}

interface Case {
  readonly input: unknown;
  readonly actor?: Actor;
}

const hookInput = { name: "Bot", format: "signed", kinds: ["deployment.live"] };
const forgeInput = { forge: "github", apiUrl: "https://api.github.com", repository: "octo/shop", statuses: true, comments: true };

async function hook(): Promise<string> {
  const { slug } = await stage.project();
  const made = await createHook.run(stage.context, ada, { ...hookInput, project: slug, url: `https://chat.example.org/${canary}` });
  return made.id;
}

const cell = { review: ["view"], demo: ["view"], staging: ["view"], uat: [], production: [] };
const matrix = { developer: cell, tester: cell, ops: cell };

/** How each command is made to do something. A command without a row here fails the test: nobody forgets its entry. */
const cases: Readonly<Record<string, () => Promise<Case>>> = {
  "project.create": async () => ({ input: { name: "Shop", repository: "https://git.example.org/shop.git", password: canary } }),
  "project.update": async () => ({ input: { project: (await stage.project()).slug, name: "New name", port: 8080 } }),
  "project.set-credential": async () => {
    const project = await stage.project();
    await stage.worker.project.update({
      where: { id: project.id },
      data: { repositoryKind: "remote", repositoryUrl: "https://git.example.org/x.git" },
    });
    return { input: { project: project.slug, kind: "basic", username: "git", password: canary } };
  },
  "project.sync": async () => ({ input: { project: (await stage.project()).slug } }),
  "project.delete": async () => {
    const { slug } = await stage.project();
    return { input: { project: slug, confirm: slug } };
  },
  "app.set": async () => ({
    input: { project: (await stage.project()).slug, set: { disk: 64, parameters: [{ key: "env", value: `KEY=${canary}` }] } },
  }),
  "app.import": async () => ({
    input: { project: (await stage.project()).slug, json: JSON.stringify({ id: "/shop", cmd: `run ${canary}`, env: { KEY: canary } }) },
  }),
  "app.allow-powers": async () => ({
    input: { project: (await stage.project()).slug, powers: ["volume=/srv:/srv"], reason: "Kept on every host" },
  }),
  "stage.update": async () => {
    const { id: projectId } = await stage.project();
    const { id } = await stage.worker.stage.findFirstOrThrow({ where: { projectId, name: "review" } });
    return { input: { stage: id, instances: 3 } };
  },
  "notification.read": async () => ({ input: { all: true } }),
  "notification.choose": async () => ({ input: { choices: [{ kind: "deployment.live", channel: "mail", wanted: true }] } }),
  "notification.mute": async () => ({ input: { project: (await stage.project()).slug, muted: true } }),
  "mail.test": async () => {
    await stage.worker.partStatus.upsert({ where: { part: "mail" }, create: { part: "mail", state: "up" }, update: { state: "up" } });
    return { input: {} };
  },
  "webhook_out.create": async () => ({
    input: { ...hookInput, project: (await stage.project()).slug, url: `https://chat.example.org/${canary}` },
  }),
  "webhook_out.update": async () => ({ input: { hook: await hook(), enabled: false } }),
  "webhook_out.remove": async () => ({ input: { hook: await hook() } }),
  "webhook_out.test": async () => ({ input: { hook: await hook() } }),
  "webhook_out.redeliver": async () => {
    const hookId = await hook();
    const { projectId } = await stage.worker.projectHook.findUniqueOrThrow({ where: { id: hookId } });
    const data = { channel: "hook", recipient: hookId, hookId, projectId, kind: "test", body: {}, state: "sent" };
    return { input: { delivery: (await stage.worker.outgoingMessage.create({ data })).id } };
  },
  "pull-request.follow": async () => {
    const { id, slug } = await stage.project();
    await stage.worker.project.update({
      where: { id },
      data: { repositoryKind: "remote", repositoryUrl: "https://git.example.org/shop.git" },
    });
    return { input: { project: slug, on: true } };
  },
  "pull-request.approve": async () => {
    const { id, slug } = await stage.project();
    const commit = "7".repeat(40);
    await stage.worker.project.update({ where: { id }, data: { pullRequests: true } });
    await stage.worker.pullRequest.create({ data: { projectId: id, number: 7, commit, refName: "refs/pull/7/head" } });
    return { input: { project: slug, number: 7, commit } };
  },
  "webhook_in.rotate": async () => ({ input: { project: (await stage.project()).slug, forge: "github" } }),
  "webhook_in.remove": async () => {
    const { id: projectId, slug } = await stage.project();
    await stage.worker.inboundHook.create({
      data: { projectId, forge: "gitea", nonce: new Uint8Array(12), ciphertext: new Uint8Array(20) },
    });
    return { input: { project: slug, forge: "gitea" } };
  },
  "webhook_in.redeliver": async () => {
    const { id: projectId } = await stage.project();
    const row = await stage.worker.inboundDelivery.create({
      data: { projectId, forge: "gitea", event: "push", outcome: "taken", bytes: 1 },
    });
    return { input: { delivery: String(row.id) } };
  },
  "forge.connect": async () => ({ input: { ...forgeInput, project: (await stage.project()).slug, accessToken: canary } }),
  "forge.disconnect": async () => {
    const { id: projectId, slug } = await stage.project();
    await stage.worker.forgeConnection.create({
      data: { projectId, forge: "github", apiUrl: "https://api.github.com", repository: "octo/shop" },
    });
    return { input: { project: slug } };
  },
  "image.hand_over": async () => ({
    input: {
      project: (await stage.project()).slug,
      ref: "refs/heads/main",
      commit: "1".repeat(40),
      image: `registry.example.org/shop@sha256:${"1".repeat(64)}`,
    },
  }),
  "stage.add": async () => ({
    input: {
      project: (await stage.project()).slug,
      name: "preview",
      title: "Preview",
      kind: "review",
      refKind: "branch",
      starts: "on_click",
    },
  }),
  "project.reorder-stages": async () => {
    const { id: projectId, slug } = await stage.project();
    const stages = await stage.worker.stage.findMany({ where: { projectId }, orderBy: { position: "asc" } });
    const [review, demo, ...rest] = stages.map(({ id }) => id);
    return { input: { project: slug, stages: [demo, review, ...rest] } };
  },
  "stage.remove": async () => {
    const { id: projectId } = await stage.project();
    const { id } = await stage.worker.stage.findFirstOrThrow({ where: { projectId, name: "review" } });
    return { input: { stage: id } };
  },
  "freeze.add": async () => ({
    input: {
      project: (await stage.project()).slug,
      stage: "production",
      title: "Weekend",
      kind: "recurring",
      cron: "0 16 * * 5",
      durationMinutes: 3840,
      timeZone: "Europe/Berlin",
    },
  }),
  "freeze.remove": async () => {
    const { id: projectId } = await stage.project();
    const when = { startsAt: new Date(), endsAt: new Date(Date.now() + 60_000) };
    const { id } = await stage.worker.freezeWindow.create({
      data: { projectId, title: "Now", kind: "once", ...when, timeZone: "UTC", createdByName: "Ada" },
    });
    return { input: { freeze: id } };
  },
  "release_note.compare": async () => {
    const { id: projectId, slug } = await stage.project();
    for (const [name, digit] of [
      ["v1", "1"],
      ["v2", "2"],
    ] as const)
      await stage.worker.ref.create({ data: { projectId, kind: "tag", name, slug: name, commit: digit.repeat(40) } });
    return { input: { project: slug, from: "tag:v1", to: "tag:v2" } };
  },
  "release_note.edit": async () => {
    const { id: projectId } = await stage.project();
    const ends = { fromName: "v1", fromCommit: "1".repeat(40), toName: "v2", toCommit: "2".repeat(40) };
    const { id } = await stage.worker.releaseNote.create({ data: { projectId, ...ends, refName: "refs/tags/v2", createdByName: "Ada" } });
    return { input: { note: id, version: 1, body: "What we made" } };
  },
  "check.rerun": async () => {
    const { deploymentId, project } = await environment();
    const commit = "1".repeat(40);
    const place = { projectId: project.id, digest: "sha256:d" };
    const image = await stage.worker.image.create({
      data: { ...place, commit, repository: "shop", tag: "t", engineId: "sha256:e", pushed: false, sizeBytes: 1n },
    });
    const { id } = await stage.worker.checkRun.create({
      data: {
        ...place,
        imageId: image.id,
        key: "k",
        name: "unit tests",
        command: ["false"],
        timeoutSeconds: 60,
        status: "failed",
        logId: randomUUID(),
        deployments: { create: { deploymentId } },
      },
    });
    return { input: { check: id } };
  },
  "variable.set": async () => ({
    input: { project: (await stage.project()).slug, scope: "stage", stage: "review", name: "KEY", kind: "secret", value: canary },
  }),
  "variable.delete": async () => {
    const { id: projectId } = await stage.project();
    const { id } = await stage.worker.variable.create({ data: { projectId, name: "KEY", kind: "plain", value: canary } });
    return { input: { variable: id } };
  },
  "environment.preview": async () => {
    const project = await stage.project();
    await stage.branch(project.id, "issue-1");
    return { input: { project: project.slug, ref: "issue-1" } };
  },
  "environment.redeploy": async () => ({ input: { environment: (await environment()).environmentId } }),
  "environment.stop": async () => ({ input: { environment: (await environment()).environmentId } }),
  "environment.destroy": async () => ({ input: { environment: (await environment()).environmentId } }),
  "environment.rollback": async () => {
    const environment = await released("running");
    const live = await stage.worker.release.findFirstOrThrow({ where: { environmentId: environment } });
    const earlier = { ...live, id: randomUUID(), number: 2, variables: {}, app: {}, servedAt: new Date() };
    await stage.worker.release.create({ data: earlier });
    return { input: { environment, release: 2, reason: "It is slow" } };
  },
  "promotion.request": async () => {
    const { environmentId } = await promotable();
    return { input: { environment: environmentId, to: "uat" } };
  },
  "promotion.approve": async () => ({ input: { promotion: await promotion() } }),
  "promotion.withdraw": async () => ({ input: { promotion: await promotion(), reason: "Not today" } }),
  "environment.scale": async () => ({ input: { environment: (await environment()).environmentId, instances: 3 } }),
  "environment.restart": async () => ({ input: { environment: await released("running") } }),
  "environment.reset-delay": async () => ({ input: { environment: await released("running") } }),
  "environment.start": async () => ({ input: { environment: await released("stopped") } }),
  "environment.open": async () => {
    const { environmentId } = await environment();
    const { host } = await stage.worker.environment.findUniqueOrThrow({ where: { id: environmentId } });
    return { input: { host, path: `/?token=${canary}`, state: "0".repeat(64) } };
  },
  "verdict.give": async () => ({ input: { environment: await released("running"), verdict: "reject", words: "The total is wrong." } }),
  "evidence.add": async () => ({ input: { environment: await released("running"), bytes: onePixel } }),
  "deployment.cancel": async () => ({ input: { deployment: (await environment()).deploymentId } }),
  "job.create": async () => ({
    input: {
      environment: (await environment()).environmentId,
      name: "import",
      command: `import ${canary}`,
      scheduleKind: "cron",
      schedule: "@daily",
    },
  }),
  "job.update": async () => ({ input: { job: await job(), command: `other ${canary}` } }),
  "job.pause": async () => ({ input: { job: await job() } }),
  "job.resume": async () => ({ input: { job: await job({ paused: true }) } }),
  "job.delete": async () => ({ input: { job: await job() } }),
  "job.run": async () => ({ input: { job: await job() } }),
  "job.stop-run": async () => {
    const { id } = await stage.worker.jobRun.create({ data: { jobId: await job(), number: 1, dueAt: new Date(), trigger: "hand" } });
    return { input: { run: id } };
  },
  "share_link.create": async () => ({ input: { environment: (await environment()).environmentId, note: "For the customer" } }),
  "share_link.revoke": async () => {
    const { environmentId } = await environment();
    const link = await stage.worker.shareLink.create({
      data: { environmentId, hash: randomUUID(), note: "Old", createdById: ada.id!, expiresAt: new Date(Date.now() + 3_600_000) },
    });
    return { input: { id: link.id } };
  },
  "person.create": async () => ({ input: { email: `${randomUUID()}@example.org`, name: "Nova", password: `${canary} long enough` } }),
  "person.update": async () => ({ input: { person: (await someone()).id, name: "Other name", password: `${canary} long enough` } }),
  "person.invite": async () => ({ input: { person: (await someone()).id } }),
  "person.revoke-invitation": async () => {
    const { id } = await someone();
    await invitation(id);
    return { input: { person: id } };
  },
  "person.sign-out": async () => {
    const { id } = await someone();
    await session(id);
    return { input: { person: id } };
  },
  "person.revoke-token": async () => {
    const { id } = await someone();
    return { input: { person: id, token: (await token(id)).id } };
  },
  "identity.unlink": async () => {
    const { id } = await someone();
    await stage.worker.identity.create({ data: { provider: "oidc:https://id.example.org", subject: id, personId: id } });
    return { input: { person: id, provider: "oidc" } };
  },
  "cluster.add": async () => ({ input: { ...aCluster(), credentials: "basic", username: "berth", secret: canary } }),
  "cluster.update": async () => ({ input: { cluster: await cluster(), credentials: "token", secret: canary } }),
  "cluster.remove": async () => ({ input: { cluster: await cluster() } }),
  "cluster.check": async () => ({ input: { cluster: await cluster() } }),
  "project.choose-cluster": async () => {
    const [project, id] = [await stage.project(), await cluster()];
    await stage.worker.cluster.update({ where: { id }, data: { answeredAt: new Date() } });
    return { input: { project: project.slug, cluster: id } };
  },
  "group.create": async () => ({ input: { name: `Group ${randomUUID().slice(0, 8)}` } }),
  "group.update": async () => ({ input: { group: await group(), name: `Group ${randomUUID().slice(0, 8)}` } }),
  "group.delete": async () => ({ input: { group: await group() } }),
  "group.add-member": async () => ({ input: { group: await group(), person: (await someone()).id } }),
  "group.remove-member": async () => {
    const [id, person] = [await group(), await someone()];
    await addGroupMember.run(stage.context, ada, { group: id, person: person.id });
    return { input: { group: id, person: person.id } };
  },
  "member.set-roles": async () => ({ input: { project: (await stage.project()).slug, person: (await someone()).id, roles: ["tester"] } }),
  "permissions.set": async () => ({ input: { project: (await stage.project()).slug, matrix, fingerprint: await defaultFingerprint() } }),
  "permissions.set-default": async () => ({ input: { matrix, fingerprint: await defaultFingerprint() } }),
  "password.change": async () => {
    const { id } = await someone();
    await stage.worker.person.update({ where: { id }, data: { passwordHash: await hashPassword(`${canary} before`) } });
    const actor = { ...ada, id, sessionId: (await session(id)).id };
    return { actor, input: { current: `${canary} before`, password: `${canary} afterwards` } };
  },
  "session.end": async () => ({ input: { id: (await session(ada.id!)).id } }),
  "session.sign-out": async () => ({ input: {}, actor: { ...ada, sessionId: (await session(ada.id!)).id } }),
  "token.create": async () => ({ input: { name: "For tests" } }),
  "token.revoke": async () => ({ input: { id: (await token(ada.id!)).id } }),
  "view-as.begin": async () => ({ input: { role: "tester" }, actor: { ...ada, sessionId: (await session(ada.id!)).id } }),
  "view-as.end": async () => ({
    input: {},
    actor: {
      ...ada,
      isAdmin: false,
      sessionId: (await session(ada.id!, { viewAsRole: "tester" })).id,
      viewing: { by: { id: ada.id!, name: "Ada" }, as: { kind: "role", role: "tester" } },
    },
  }),
};

const aCluster = () => ({ name: `Harbour ${randomUUID().slice(0, 8)}`, urls: [`http://${randomUUID()}.example.org`] });

async function cluster(): Promise<string> {
  return (await addCluster.run(stage.context, ada, aCluster())).id;
}

async function group(): Promise<string> {
  return (await createGroup.run(stage.context, ada, { name: `Group ${randomUUID().slice(0, 8)}` })).id;
}

async function defaultFingerprint(): Promise<string> {
  return (await loadDefaultMatrix(stage.worker)).fingerprint;
}

/** Where there is nothing that could be called by a name. */
const nameless = new Set(["permissions.set", "permissions.set-default", "session.end", "session.sign-out", "view-as.begin", "view-as.end"]);

beforeAll(async () => {
  stage = await openStage();
  const key = generateSealingKey("k1");
  await stage.worker.sealingKey.create({ data: { kid: key.kid, publicKey: Buffer.from(key.publicKey) } });
  const person = await someone({ name: "Ada", isAdmin: true });
  const { id: sessionId } = await session(person.id);
  ada = { ...admin, id: person.id, email: person.email, sessionId, sourceIp: "192.0.2.7", requestId: "the-request" };
});
afterAll(() => stage.end());

const commands = await allCommands();

describe("every command", () => {
  it("has a case in this file, and every case a command", () => {
    expect([...commands.keys()].toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(Object.keys(cases).filter((name) => commands.has(name)))(
    "%s writes exactly one entry, with all its fields and no secret",
    async (name) => {
      const { input, actor = ada } = await cases[name]!();
      const { _max } = await stage.worker.auditEntry.aggregate({ _max: { seq: true } });
      const result = await commands.get(name)!.run(stage.context, actor, input);
      const entries = await stage.worker.auditEntry.findMany({ where: { seq: { gt: _max.seq ?? 0n } } });
      expect(entries).toHaveLength(1);
      const [entry] = entries;
      expect(entry).toMatchObject({
        action: name,
        outcome: "allowed",
        reason: null,
        actorKind: "person",
        actorId: actor.viewing?.by.id ?? actor.id,
        actorName: "Ada",
        sourceIp: "192.0.2.7",
        requestId: "the-request",
        objectType: expect.stringMatching(/^[a-z_-]+$/),
      });
      expect(Date.now() - entry!.at.getTime()).toBeLessThan(60_000);
      const facts = {
        name: entry!.objectName !== null,
        id: entry!.objectId !== null,
        project: entry!.projectId !== null,
        stage: entry!.stageKind,
      };
      expect(facts).toEqual({
        name: nameless.has(name) ? facts.name : true,
        id: nameless.has(name) ? facts.id : true,
        project: /^(project|environment|deployment|stage|variable|share_link|job|member)\./.test(name) ? true : facts.project,
        stage: /^(environment|deployment|stage|share_link|job)\./.test(name) ? "review" : facts.stage,
      });
      const text = JSON.stringify(entry, (_key, field) => (typeof field === "bigint" ? String(field) : field));
      expect(text).not.toContain(canary);
      for (const secret of secretsIn(result)) expect(text).not.toContain(secret);
    },
  );

  it.each(Object.keys(cases).filter((name) => commands.has(name)))(
    "%s leaves one entry of a refusal, and it has no secret either",
    async (name) => {
      const made = await cases[name]!();
      const { id } = await someone({ name: "Eve" });
      const eve: Actor = { ...ada, id, name: "Eve", email: null, isAdmin: false, grants: new Map(), sessionId: randomUUID() };
      const refused = await commands
        .get(name)!
        .run(stage.context, eve, made.input)
        .then(
          () => false,
          (error: unknown) => z.object({ code: z.enum(["forbidden", "not_found"]) }).safeParse(error).success,
        );
      const entries = await stage.worker.auditEntry.findMany({ where: { actorId: id, outcome: "denied" } });
      const denial = { action: name, reason: expect.stringMatching(/^(forbidden|not_found)$/) };
      expect(entries).toMatchObject(refused ? [denial] : []);
      expect(JSON.stringify(entries, (_key, field) => (typeof field === "bigint" ? String(field) : field))).not.toContain(canary);
    },
  );
});

/** What was shown once: tokens, and the codes of links. */
function secretsIn(result: unknown): string[] {
  const shown = z.object({ token: z.string().optional(), url: z.string().optional() }).safeParse(result);
  if (!shown.success) return [];
  const code = shown.data.url?.split(/[=/]/).findLast((part) => part.length > 20);
  return [shown.data.token, code].filter((text) => text !== undefined);
}
