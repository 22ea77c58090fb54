import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";

import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { preview } from "#lib/domain/environments/commands/preview.ts";
import { maskedArchiveUri } from "#lib/domain/registry-archives/address.ts";
import { archiveFor, renewArchives } from "#lib/domain/registry-archives/keep.ts";
import { openArchive } from "#lib/domain/registry-archives/queries.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { authFor } from "#lib/scheduler/engine/registry-auth.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const sealingKey = generateSealingKey("k1");
const image = { pushed: true, repository: "registry.example.org:5000/shop" };

/** The worker of an installation whose registry has these credentials. */
function worker(password: string | null = "harbour:lantern") {
  const prefix = "registry.example.org:5000";
  return {
    database: stage.worker,
    settings: stage.context.settings,
    sealingKey,
    registry: {
      prefix,
      credentials: password === null ? undefined : { username: "berth", password },
    },
  };
}

async function liveRelease() {
  const project = await stage.project();
  await stage.branch(project.id, "issue-1");
  const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
  const row = await stage.worker.image.create({
    data: { projectId: project.id, commit: "1".repeat(40), digest: randomUUID(), tag: "t", engineId: "e", sizeBytes: 1n, ...image },
  });
  const { id } = await stage.worker.release.create({
    data: {
      environmentId,
      number: 1,
      imageId: row.id,
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
  await stage.worker.environment.update({ where: { id: environmentId }, data: { liveReleaseId: id } });
  return { id, environmentId };
}

function partsOf(uri: string | null): [string, string] {
  const [, release = "", address = ""] = /\/fetch\/([^/]+)\/([^/]+)\/docker\.tar\.gz$/.exec(uri ?? "") ?? [];
  return [release, address];
}

/** As an agent unpacks it. */
async function configIn(archive: Buffer): Promise<string> {
  for await (const entry of Readable.from(archive).pipe(createGunzip()).pipe(extract()))
    if (entry.header.name === ".docker/config.json") return text(entry);
    else entry.resume();
  return "";
}

const asWeb = (release: string, address: string) => openArchive(stage.context.database, release, address);

describe("the registry's credentials for agents", () => {
  it("are an archive with .docker/config.json, for whoever comes with the address and nobody else", async () => {
    const release = await liveRelease();
    const uri = await archiveFor(worker(), { id: release.id, image });
    expect(uri).toMatch(/^http:\/\/localhost:3000\/fetch\/[\w-]+\/[\w-]{43}\/docker\.tar\.gz$/);
    const [id, address] = partsOf(uri);
    const config = await configIn(await asWeb(id, address));
    expect(authFor(`${image.repository}@sha256:d`, config)).toMatchObject({ username: "berth", password: "harbour:lantern" });
    // A task finds the archive in its sandbox: it holds what pulls, where the installation tells that from what pushes.
    const pulling = { ...worker(), registry: { ...worker().registry, pullCredentials: { username: "agents", password: "only-pull" } } };
    await archiveFor(pulling, { id: release.id, image });
    const narrow = await configIn(await asWeb(id, address));
    expect(authFor(`${image.repository}@sha256:d`, narrow)).toMatchObject({ username: "agents", password: "only-pull" });
    const wrong = `${address.startsWith("A") ? "B" : "A"}${address.slice(1)}`;
    await expect(asWeb(id, wrong)).rejects.toMatchObject({ code: "not_found" });
    await expect(asWeb((await liveRelease()).id, address)).rejects.toMatchObject({ code: "not_found" });
    await expect(asWeb("../x", address)).rejects.toMatchObject({ code: "not_found" });
  });

  it("cannot be read by web without the address, not even from the database", async () => {
    const release = await liveRelease();
    await archiveFor(worker(), { id: release.id, image });
    await expect(stage.context.database.registryArchive.findMany()).rejects.toThrow();
    const row = await stage.worker.registryArchive.findUniqueOrThrow({ where: { releaseId: release.id } });
    expect(Buffer.from(row.sealed).toString("latin1")).not.toContain("harbour");
  });

  it("have the same address at every pass, also when they changed, because another address would restart the app", async () => {
    const release = await liveRelease();
    const first = await archiveFor(worker(), { id: release.id, image });
    expect(await archiveFor(worker(), { id: release.id, image })).toBe(first);
    expect(await archiveFor(worker("another one"), { id: release.id, image })).toBe(first);
    const config = await configIn(await asWeb(...partsOf(first)));
    expect(authFor(`${image.repository}:t`, config)).toMatchObject({ password: "another one" });
  });

  it("are served only while the release is wanted, and not after their time", async () => {
    const release = await liveRelease();
    const [id, address] = partsOf(await archiveFor(worker(), { id: release.id, image }));
    const environment = (data: { desired: "stopped" | "running" }) =>
      stage.worker.environment.update({ where: { id: release.environmentId }, data });
    await environment({ desired: "stopped" });
    await expect(asWeb(id, address)).rejects.toMatchObject({ code: "not_found" });
    await environment({ desired: "running" });
    await asWeb(id, address);
    await stage.worker.registryArchive.update({ where: { releaseId: id }, data: { expiresAt: new Date(Date.now() - 1) } });
    await expect(asWeb(id, address)).rejects.toMatchObject({ code: "not_found" });
    await renewArchives(worker());
    await asWeb(id, address);
    await stage.worker.environment.update({ where: { id: release.environmentId }, data: { liveReleaseId: null } });
    await expect(asWeb(id, address)).rejects.toMatchObject({ code: "not_found" });
  });

  it("are not there where the registry has none, or the image is not in it", async () => {
    const { id } = await liveRelease();
    expect(await archiveFor(worker(null), { id, image })).toBeNull();
    expect(await archiveFor({ ...worker(), registry: null }, { id, image })).toBeNull();
    expect(await archiveFor(worker(), { id, image: { ...image, pushed: false } })).toBeNull();
    expect(await archiveFor(worker(), { id, image: { ...image, repository: "elsewhere.example.org/shop" } })).toBeNull();
  });

  it("are shown without what opens them", async () => {
    const { id } = await liveRelease();
    const uri = (await archiveFor(worker(), { id, image })) ?? "";
    expect(maskedArchiveUri(uri)).toBe(`http://localhost:3000/fetch/${id}/masked/docker.tar.gz`);
  });
});
