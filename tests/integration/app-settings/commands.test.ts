import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { allowPowers, importApp, setAppSettings } from "#lib/domain/app-settings/commands/set.ts";
import { loadLayers } from "#lib/domain/app-settings/layers.ts";
import { getAppJson } from "#lib/domain/app-settings/queries-json.ts";
import { getAppLayers, getAppSettings, previewImport } from "#lib/domain/app-settings/queries.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  const { kid, publicKey } = generateSealingKey("k1");
  await stage.worker.sealingKey.create({ data: { kid, publicKey: new Uint8Array(publicKey) } });
});
afterAll(() => stage.end());

const set = (input: unknown) => setAppSettings.run(stage.context, admin, input);

/** An environment with a live release of these settings. */
async function released(project: { id: string; slug: string }, app: object = {}) {
  await stage.branch(project.id, "issue-1");
  const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
  const image = await stage.worker.image.create({
    data: {
      projectId: project.id,
      commit: "1".repeat(40),
      digest: "sha256:d",
      repository: "registry.example.org/shop",
      tag: "t",
      engineId: "sha256:e",
      pushed: true,
      sizeBytes: 1n,
    },
  });
  const variables = { MODE: { value: "plain" }, KEY: { secretId: randomUUID() } };
  const release = await stage.worker.release.create({
    data: {
      environmentId,
      number: 1,
      imageId: image.id,
      commit: "1".repeat(40),
      variables,
      fingerprint: "f",
      instances: 1,
      cpus: 0.1,
      mem: 32,
      port: 8081,
      healthPath: "/up",
      app,
    },
  });
  await stage.worker.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id } });
  return environmentId;
}

describe("an admin of a project", () => {
  it("sets the project's settings and a stage's over them, and sees where each value comes from", async () => {
    const project = await stage.project();
    await set({ project: project.slug, set: { disk: 64, killGraceSeconds: 9 } });
    await set({ project: project.slug, stage: "staging", set: { disk: 128 }, size: { mem: 512 } });
    const page = await getAppSettings(stage.context, admin, project.slug, "staging");
    expect(page.settings).toMatchObject({ disk: 128, killGraceSeconds: 9 });
    expect(page.sources).toMatchObject({ disk: "stage", killGraceSeconds: "project", network: "default" });
    expect(page.stage).toMatchObject({ mem: 512, own: 1 });
    await set({ project: project.slug, stage: "staging", unset: ["disk"] });
    expect((await getAppSettings(stage.context, admin, project.slug, "staging")).sources.disk).toBe("project");
    const { projectId: _id, ...layers } = { projectId: 0, ...(await getAppLayers(stage.context, admin, project.slug)) };
    expect(layers.project).toEqual({ disk: 64, killGraceSeconds: 9 });
  });

  it("sees what berth.json says on the default branch below the project's word", async () => {
    const project = await stage.project();
    await stage.branch(project.id, "master", "a".repeat(40));
    await stage.worker.pipelineFile.create({
      data: {
        projectId: project.id,
        commit: "a".repeat(40),
        path: "berth.json",
        content: "{}",
        parsed: { app: { disk: 7, killGraceSeconds: 7 } },
      },
    });
    await set({ project: project.slug, set: { disk: 8 } });
    const { settings, sources } = await getAppSettings(stage.context, admin, project.slug, null);
    expect(settings).toMatchObject({ disk: 8, killGraceSeconds: 7 });
    expect(sources).toMatchObject({ disk: "project", killGraceSeconds: "file" });
    const { id: stageId } = await stage.worker.stage.findFirstOrThrow({ where: { projectId: project.id, name: "review" } });
    const layers = await loadLayers(stage.worker, { projectId: project.id, stageId, commit: "a".repeat(40) });
    expect(layers.file).toEqual({ disk: 7, killGraceSeconds: 7 });
  });

  it("is refused what is Berth's own, and what gives power over hosts until an admin of the platform allows exactly that", async () => {
    const { slug } = await stage.project();
    const volume = { parameters: [{ key: "volume", value: "/srv:/srv" }] };
    await expect(set({ project: slug, set: { labels: { "berth.release": "x" } } })).rejects.toMatchObject({ code: "app_setting_owned" });
    await expect(set({ project: slug, set: volume })).rejects.toMatchObject({ code: "app_power_refused" });
    await allowPowers.run(stage.context, admin, { project: slug, powers: ["volume=/srv:/srv"], reason: "Kept on every host" });
    await set({ project: slug, set: volume });
    await expect(set({ project: slug, set: { parameters: [{ key: "volume", value: "/:/srv" }] } })).rejects.toMatchObject({
      code: "app_power_refused",
    });
  });

  it("with a token for one project allows no power, whoever he is", async () => {
    const { id, slug } = await stage.project();
    const limited = { ...admin, limits: { projects: new Set([id]), verbs: null } };
    await set({ project: slug, set: { disk: 1 } });
    await setAppSettings.run(stage.context, limited, { project: slug, set: { disk: 2 } });
    await expect(allowPowers.run(stage.context, limited, { project: slug, powers: [], reason: "Because" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("is refused settings that do not go together in one of the stages", async () => {
    const { slug } = await stage.project();
    await set({ project: slug, set: { ports: [{ name: "admin", containerPort: 9090 }] } });
    await set({ project: slug, stage: "uat", set: { readinessCheck: { path: "/ready", portName: "admin" } } });
    await expect(set({ project: slug, set: { ports: [] } })).rejects.toMatchObject({
      code: "invalid_input",
      detail: expect.stringContaining("UAT"),
    });
  });

  it("leaves traces in the audit log that say what changed, without what may be a password", async () => {
    const { id, slug } = await stage.project();
    await set({
      project: slug,
      set: { start: { kind: "command", command: "run --password quay" }, parameters: [{ key: "env", value: "KEY=quay" }], disk: 5 },
    });
    const entry = await stage.worker.auditEntry.findFirstOrThrow({ where: { projectId: id, action: "app.set" } });
    expect(entry.after).toMatchObject({ start: "command", disk: 5 });
    expect(JSON.stringify([entry.before, entry.after, entry.detail])).not.toContain("quay");
  });
});

describe("pasted Marathon JSON", () => {
  const json = JSON.stringify({
    id: "/shop",
    cpus: 0.5,
    container: { type: "DOCKER", docker: { image: "shop", network: "HOST" } },
    constraints: [["hostname", "UNIQUE"]],
    labels: { team: "shop" },
  });

  it("is shown before it is saved, and then saved as it was shown", async () => {
    const { slug } = await stage.project();
    const shown = await previewImport(stage.context, admin, { project: slug, json });
    expect(shown.taken.map(({ title }) => title).toSorted()).toEqual(["Constraints", "Labels", "Network"]);
    expect((await getAppLayers(stage.context, admin, slug)).project).toEqual({});
    await importApp.run(stage.context, admin, { project: slug, json });
    expect((await getAppLayers(stage.context, admin, slug)).project).toEqual({
      network: "host",
      constraints: [{ field: "hostname", operator: "UNIQUE", value: null }],
      labels: { team: "shop" },
    });
    expect((await previewImport(stage.context, admin, { project: slug, json })).taken).toEqual([]);
  });

  it("gives a stage its size, and the network it says back to the stage where the project says another", async () => {
    const { slug } = await stage.project();
    await set({ project: slug, set: { network: "host" } });
    const bridge = JSON.stringify({ id: "/shop", cpus: 0.5, mem: 99, container: { docker: { image: "shop", network: "BRIDGE" } } });
    await importApp.run(stage.context, admin, { project: slug, stage: "uat", json: bridge });
    const { stages } = await getAppLayers(stage.context, admin, slug);
    expect(stages.find(({ name }) => name === "uat")).toMatchObject({ cpus: 0.5, mem: 99, own: { network: "bridge" } });
    expect(stages.find(({ name }) => name === "staging")).toMatchObject({ cpus: 0.25, own: {} });
  });

  it("that is wrong saves nothing and names its line", async () => {
    const { slug } = await stage.project();
    await expect(importApp.run(stage.context, admin, { project: slug, json: '{"id":\n"/x","mem":"much"}' })).rejects.toMatchObject({
      code: "invalid_input",
      detail: expect.stringContaining("Line 2"),
    });
  });
});

describe("the exported JSON of an environment", () => {
  const options = { instance: "i1", which: "live" } as const;

  it("is what Marathon is sent, with secrets masked", async () => {
    const project = await stage.project();
    const id = await released(project, { labels: { team: "shop" }, routing: { kind: "traefik-1" } });
    const { json, release } = await getAppJson(stage.context, admin, id, options);
    expect(release).toBe(1);
    expect(JSON.parse(json)).toMatchObject({
      id: `/berth/${project.slug}/review/issue-1`,
      env: { PORT: "8081", MODE: "plain", KEY: "********", BERTH_STAGE: "review" },
      labels: { team: "shop", "berth.instance": "i1", "traefik.enable": "true" },
      container: { docker: { image: "registry.example.org/shop@sha256:d" }, portMappings: [{ containerPort: 8081, name: "http" }] },
      healthChecks: [{ path: "/up" }],
    });
  });

  it("shows the next deployment's settings when that is asked", async () => {
    const project = await stage.project();
    const id = await released(project);
    await set({ project: project.slug, set: { network: "host" } });
    await setVariable.run(stage.context, admin, { project: project.slug, scope: "project", name: "KEY", kind: "secret", value: "quay" });
    const next = await getAppJson(stage.context, admin, id, { ...options, which: "next" });
    expect(JSON.parse(next.json)).toMatchObject({ networks: [{ mode: "host" }], env: { KEY: "********" } });
    expect(JSON.parse(next.json).env.PORT).toBeUndefined();
    expect(JSON.parse((await getAppJson(stage.context, admin, id, options)).json)).toMatchObject({
      networks: [{ mode: "container/bridge" }],
    });
  });

  it("is for whoever may configure there, and is not there for strangers", async () => {
    const project = await stage.project();
    const id = await released(project);
    const deva = person(project.id, { review: ["view", "configure"] });
    expect((await getAppJson(stage.context, deva, id, options)).release).toBe(1);
    await expect(getAppJson(stage.context, person(project.id, { review: ["view"] }), id, options)).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(getAppJson(stage.context, person(randomUUID(), {}), id, options)).rejects.toMatchObject({ code: "not_found" });
    await expect(getAppJson(stage.context, admin, "nonsense", options)).rejects.toMatchObject({ code: "not_found" });
  });
});
