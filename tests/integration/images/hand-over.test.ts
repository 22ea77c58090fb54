import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createBuiltinRepository } from "#lib/adapters/git/builtin.ts";
import { createRegistry } from "#lib/adapters/registry/client.ts";
import { collectImages } from "#lib/domain/builds/collect.ts";
import { ensureBuild } from "#lib/domain/builds/ensure.ts";
import { acceptImage } from "#lib/domain/image-hand-overs/accept.ts";
import { handOverImage } from "#lib/domain/image-hand-overs/commands/hand-over.ts";
import { listHandOvers } from "#lib/domain/image-hand-overs/queries.ts";
import { authorsOf, isOwnWork } from "#lib/domain/verdicts/own-work.ts";
import { openWorker, type TestWorker } from "#tests/integration/clusters/worker.ts";
import { admin } from "#tests/integration/domain/stage.ts";
import { type TellingStage, openTellingStage } from "#tests/integration/notifications/stage.ts";
import { type TestRegistry, hasRegistry, startTestRegistry } from "#tests/integration/registry/start-registry.ts";

const execute = promisify(execFile);

let stage: TellingStage;
let registry: TestRegistry;
let worker: TestWorker;

const installed = await hasRegistry();

beforeAll(async () => {
  if (!installed) return;
  stage = await openTellingStage();
  registry = await startTestRegistry();
  worker = await openWorker({
    database: stage.worker,
    sealingKey: stage.sealingKey,
    settings: { urls: ["http://127.0.0.1:1"], embedded: false },
    registry: { client: createRegistry({ url: registry.url }), prefix: registry.host, plainHttp: true, credentials: undefined },
  });
});

afterAll(async () => {
  if (!installed) return;
  await worker.end();
  await registry.stop();
  await stage.end();
});

const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function putBlob(name: string, bytes: Buffer): Promise<{ digest: string; size: number }> {
  const digest = sha256(bytes);
  const begun = await fetch(`${registry.url}/v2/${name}/blobs/uploads/`, { method: "POST" });
  const target = new URL(begun.headers.get("location") ?? "", registry.url);
  target.searchParams.set("digest", digest);
  const put = await fetch(target, { method: "PUT", body: new Uint8Array(bytes), headers: { "content-type": "application/octet-stream" } });
  if (put.status !== 201) throw new Error(`blob: ${put.status}`);
  return { digest, size: bytes.length };
}

/** An image as a CI system pushes it: a layer, a configuration that exposes ports, a manifest. Returns its digest. */
async function pushImage(name: string): Promise<string> {
  const config = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", config: { ExposedPorts: { "8081/tcp": {}, "53/udp": {} } }, id: randomUUID() }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: { mediaType: "application/vnd.docker.container.image.v1+json", ...(await putBlob(name, config)) },
      layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", ...(await putBlob(name, Buffer.from(randomUUID()))) }],
    }),
  );
  const put = await fetch(`${registry.url}/v2/${name}/manifests/ci`, {
    method: "PUT",
    body: new Uint8Array(manifest),
    headers: { "content-type": "application/vnd.docker.distribution.manifest.v2+json" },
  });
  if (put.status !== 201) throw new Error(`manifest: ${put.status}`);
  return sha256(manifest);
}

/** A project whose repository has one commit, on the branch main. */
async function repository() {
  const project = await stage.project();
  const gitDir = join(worker.context.folders.builtin, `${project.id}.git`);
  await createBuiltinRepository(worker.context.git, gitDir);
  return { project, gitDir, commit: await commitTo(gitDir, "main") };
}

async function commitTo(gitDir: string, branch: string): Promise<string> {
  const env = {
    PATH: process.env["PATH"],
    GIT_DIR: gitDir,
    HOME: gitDir,
    GIT_AUTHOR_NAME: "Aki",
    GIT_AUTHOR_EMAIL: "aki@example.org",
    GIT_COMMITTER_NAME: "Aki",
    GIT_COMMITTER_EMAIL: "aki@example.org",
    NODE_ENV: "test" as const,
  };
  const run = async (...args: string[]) => (await execute("git", args, { env })).stdout.trim();
  // The tree of nothing, which every git knows.
  const tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  const commit = await run("commit-tree", tree, "-m", `work ${randomUUID()}`);
  await run("update-ref", `refs/heads/${branch}`, commit);
  return commit;
}

async function handOver(slug: string, input: { commit: string; image: string; ref?: string }, actor = admin) {
  const { id } = await handOverImage.run(stage.context, actor, { project: slug, ref: "refs/heads/main", ...input });
  await acceptImage(worker.context, id);
  return id;
}

const outcome = async (slug: string, id: string) => (await listHandOvers(stage.context, admin, slug)).find((one) => one.id === id);

describe.skipIf(!installed)("an image that CI built", () => {
  it("is the commit's build once the registry and the repository agree: pinned by digest, with its ports, its hander-over and its author", async () => {
    const { project, commit } = await repository();
    const ci = await stage.person("Jenkins", { project: project.id, roles: ["developer"] });
    const digest = await pushImage(project.slug);
    const id = await handOver(project.slug, { commit, image: `${registry.host}/${project.slug}@${digest}` }, await ci.actor());
    expect(await outcome(project.slug, id)).toMatchObject({ state: "accepted", problem: null, handedOverBy: "Jenkins" });
    const image = await stage.owner.image.findFirstOrThrow({ where: { projectId: project.id } });
    expect(image).toMatchObject({
      commit,
      digest,
      ports: [8081],
      pushed: true,
      handedOverByName: "Jenkins",
      authorEmail: "aki@example.org",
    });
    expect(await stage.owner.build.findMany({ where: { projectId: project.id } })).toMatchObject([
      { commit, status: "built", imageId: image.id },
    ]);
    const wanted = { projectId: project.id, commit, refName: "refs/heads/main", requestedByName: null };
    const build = await stage.owner.$transaction((tx) => ensureBuild(tx, wanted));
    expect((await stage.owner.build.findUniqueOrThrow({ where: { id: build.id } })).imageId).toBe(image.id);
    const authors = (await authorsOf(stage.owner, [image.id])).get(image.id);
    expect(isOwnWork(authors, { id: ci.id, email: null })).toBe(true);
  });

  it("takes the place of a build of Berth's own that is not done, and its worker writes nothing any more", async () => {
    const { project, commit } = await repository();
    const build = await stage.owner.$transaction((tx) =>
      ensureBuild(tx, { projectId: project.id, commit, refName: "refs/heads/main", requestedByName: null }),
    );
    await stage.owner.build.update({ where: { id: build.id }, data: { status: "building", leaseEpoch: 4, leasedBy: "another" } });
    const digest = await pushImage(project.slug);
    await handOver(project.slug, { commit, image: `${registry.host}/${project.slug}@${digest}` });
    expect(await stage.owner.build.findUniqueOrThrow({ where: { id: build.id } })).toMatchObject({
      status: "built",
      leaseEpoch: 5,
      leasedBy: null,
    });
  });

  it("does not replace what the commit was built into already; the same image again is fine", async () => {
    const { project, commit } = await repository();
    const first = await pushImage(project.slug);
    const second = await pushImage(project.slug);
    const image = (digest: string) => `${registry.host}/${project.slug}@${digest}`;
    await handOver(project.slug, { commit, image: image(first) });
    expect((await outcome(project.slug, await handOver(project.slug, { commit, image: image(first) })))?.state).toBe("accepted");
    expect((await outcome(project.slug, await handOver(project.slug, { commit, image: image(second) })))?.problem?.code).toBe(
      "already_exists",
    );
    const { tag } = await stage.owner.image.findFirstOrThrow({ where: { projectId: project.id } });
    // Without its tag the image would be garbage to the registry.
    expect(await worker.context.registry?.client.digestOf(project.slug, tag)).toBe(first);
  });

  it("is refused for a commit its ref is not at, and for a ref that is not there", async () => {
    const { project, gitDir, commit } = await repository();
    const image = `${registry.host}/${project.slug}@${await pushImage(project.slug)}`;
    await commitTo(gitDir, "main");
    expect((await outcome(project.slug, await handOver(project.slug, { commit, image })))?.problem?.detail).toMatch(/is at .* and not at/);
    const nowhere = await handOver(project.slug, { commit, image, ref: "refs/tags/v9" });
    expect((await outcome(project.slug, nowhere))?.problem?.code).toBe("source_gone");
  });

  it("is refused from another registry, from another project's corner of ours, and when nobody has pushed it", async () => {
    const { project, commit } = await repository();
    const digest = await pushImage("somebody-else");
    const code = async (image: string) => (await outcome(project.slug, await handOver(project.slug, { commit, image })))?.problem?.code;
    expect(await code(`evil.example.org/${project.slug}@${digest}`)).toBe("registry_refused");
    expect(await code(`${registry.host}/somebody-else@${digest}`)).toBe("registry_refused");
    expect(await code(`${registry.host}/${project.slug}x@${digest}`)).toBe("registry_refused");
    expect(await code(`${registry.host}/${project.slug}@sha256:${"0".repeat(64)}`)).toBe("image_missing");
  });

  it("is refused when whoever handed it over may not push any more as it is looked at", async () => {
    const { project, commit } = await repository();
    const ci = await stage.person("Jenkins", { project: project.id, roles: ["developer"] });
    const image = `${registry.host}/${project.slug}@${await pushImage(project.slug)}`;
    const { id } = await handOverImage.run(stage.context, await ci.actor(), {
      project: project.slug,
      ref: "refs/heads/main",
      commit,
      image,
    });
    await stage.owner.membership.deleteMany({ where: { personId: ci.id } });
    await acceptImage(worker.context, id);
    expect((await outcome(project.slug, id))?.problem?.code).toBe("forbidden");
  });

  it("that nobody runs yet is kept for a week", async () => {
    const { project, commit } = await repository();
    await handOver(project.slug, { commit, image: `${registry.host}/${project.slug}@${await pushImage(project.slug)}` });
    await collectImages(worker.context, project.id);
    expect(await stage.owner.image.count({ where: { projectId: project.id, removedAt: null } })).toBe(1);
  });

  it.each([
    "shop:latest",
    "shop@sha256:12",
    `host/shop:v1@sha256:${"1".repeat(64)}`,
    `host/shop@sha256:${"A".repeat(64)}`,
    `host/../x@sha256:${"1".repeat(64)}`,
  ])("cannot be named as %s", async (image) => {
    const project = await stage.project();
    const input = { project: project.slug, ref: "refs/heads/main", commit: "1".repeat(40), image };
    await expect(handOverImage.run(stage.context, admin, input)).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("is handed over by who may push, and by nobody else", async () => {
    const project = await stage.project();
    const tester = await stage.person("Tess", { project: project.id, roles: ["tester"] });
    const stranger = await stage.person("Oskar");
    const input = {
      project: project.slug,
      ref: "refs/heads/main",
      commit: "1".repeat(40),
      image: `h.example.org/shop@sha256:${"1".repeat(64)}`,
    };
    await expect(handOverImage.run(stage.context, await tester.actor(), input)).rejects.toMatchObject({ code: "forbidden" });
    await expect(handOverImage.run(stage.context, await stranger.actor(), input)).rejects.toMatchObject({ code: "not_found" });
  });
});
