import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type BuildRequest, buildImage } from "#lib/adapters/docker/build.ts";
import { connectEngine, pingEngine } from "#lib/adapters/docker/client.ts";
import { prepareContext } from "#lib/adapters/docker/context.ts";
import { inspectImage, listImages, removeImage, tagImage } from "#lib/adapters/docker/images.ts";

import { startSocketProxy } from "./socket-proxy.ts";
import { engineSocket, ensureTestBase, findTestEngine, processesWith, removeImagesOf, tarOf, testBase, until } from "./test-engine.ts";

const engine = await findTestEngine();
const mark = randomBytes(4).toString("hex");
const reference = `berth-test/build-${mark}:1`;

interface Built {
  log: string;
  steps: { name: string; cached: boolean }[];
  engineId: Promise<string>;
}

function build(files: Record<string, string>, more: Partial<BuildRequest> = {}): Built {
  if (!engine) throw new Error("no engine");
  const built: Built = { log: "", steps: [], engineId: Promise.resolve("") };
  const options = {
    dockerfile: "Dockerfile",
    reference,
    labels: { "berth.test": mark },
    onOutput: (text: string) => void (built.log += text),
    onStep: (step: { name: string; cached: boolean }) => void built.steps.push(step),
    signal: new AbortController().signal,
    timeoutMs: 60_000,
  };
  built.engineId = tarOf(files).then(async (bytes) => {
    const { engineId } = await buildImage(engine, { ...options, context: Readable.from([bytes]), ...more });
    return engineId;
  });
  return built;
}

describe.skipIf(!engine)("building with the engine", () => {
  beforeAll(async () => {
    if (engine) await ensureTestBase(engine);
  });
  afterAll(async () => {
    if (engine) await removeImagesOf(engine, `berth.test=${mark}`);
  });

  it("makes an image with its labels and ports, and tells every step in words", async () => {
    const built = build({
      Dockerfile: `FROM ${testBase}\nEXPOSE 8080 9 53/udp\nCOPY a.txt /a.txt\nRUN cat /a.txt && echo ${mark}\n`,
      "a.txt": "héllo\n",
    });
    const engineId = await built.engineId;
    expect(engineId).toMatch(/^sha256:[a-f0-9]{64}$/);
    expect(built.log).toMatch(/^#\d+ \[2\/3\] COPY a\.txt \/a\.txt$/m);
    expect(built.log).toMatch(/^#\d+ \d+\.\d\d héllo$/m);
    expect(built.log).toMatch(/^#\d+ DONE \d+\.\ds$/m);
    expect(built.steps.map((step) => step.name.slice(0, 10))).toEqual(["[1/3] FROM", "[2/3] COPY", "[3/3] RUN "]);
    const image = engine && (await inspectImage(engine, reference));
    expect(image).toMatchObject({ engineId, ports: [9, 8080], repoDigests: [] });
    expect(image?.labels["berth.test"]).toBe(mark);
    expect(image?.sizeBytes).toBeGreaterThan(100_000);
  });

  it("says of a repeated build that its steps came from the cache", async () => {
    const files = { Dockerfile: `FROM ${testBase}\nRUN echo cached-${mark}\n` };
    const first = await build(files).engineId;
    const again = build(files);
    expect(await again.engineId).toBe(first);
    expect(again.steps.find((step) => step.name.startsWith("[2/2]"))?.cached).toBe(true);
    expect(again.log).toMatch(/^#\d+ CACHED$/m);
  });

  it.each([
    ["a step that fails", `RUN echo broken && exit 3`, "build_failed", /^\[2\/2\] RUN .* ended with exit code 3\.$/],
    ["an unknown instruction", `RUNN true`, "build_failed", /unknown instruction: RUNN/],
    ["a file that is not there", `COPY nothing /x`, "build_failed", /"\/nothing".*not found/],
    ["a step that was killed", `RUN exit 137`, "build_out_of_memory", /exit code 137/],
    ["a secret that nobody has", `RUN --mount=type=secret,id=a,required=true cat /run/secrets/a`, "build_failed", /secret/],
    ["the host's network", `RUN --network=host id`, "build_failed", /network/],
    ["privileges", `RUN --security=insecure id`, "build_failed", /security/],
  ])("refuses with a reason: %s", async (_what, line, code, detail) => {
    await expect(build({ Dockerfile: `FROM ${testBase}\n${line}\n` }).engineId).rejects.toMatchObject({
      code,
      detail: expect.stringMatching(detail),
    });
  });

  it("says that there is no Dockerfile where it should be, without naming the engine's folders", async () => {
    const refused = build({ "a.txt": "" }, { dockerfile: "docker/Dockerfile" }).engineId;
    await expect(refused).rejects.toMatchObject({ code: "dockerfile_missing", detail: undefined });
  });

  it("refuses build arguments that steer BuildKit itself", async () => {
    await expect(
      build({ Dockerfile: `FROM ${testBase}` }, { buildArgs: { buildkit_syntax: "evil/frontend" } }).engineId,
    ).rejects.toMatchObject({ code: "dockerfile_refused" });
  });

  it("hands build arguments over byte by byte", async () => {
    const built = build(
      { Dockerfile: `FROM ${testBase}\nARG WORDS\nRUN echo "<$WORDS>"\n` },
      { buildArgs: { WORDS: `ü & = ? "quoted" ${mark}` } },
    );
    await built.engineId;
    expect(built.log).toContain(`<ü & = ? "quoted" ${mark}>`);
  });

  it("keeps the cache mounts of two projects apart", async () => {
    const dockerfile = (say: string) => ({
      Dockerfile: `FROM ${testBase}\nRUN --mount=type=cache,id=shared,target=/c ls /c; echo ${say} > /c/${say}\n`,
    });
    await build(dockerfile(`one${mark}`), { cacheNamespace: `a-${mark}` }).engineId;
    const other = build(dockerfile(`two${mark}`), { cacheNamespace: `b-${mark}` });
    const same = build(dockerfile(`three${mark}`), { cacheNamespace: `a-${mark}` });
    await Promise.all([other.engineId, same.engineId]);
    expect(other.log).not.toMatch(new RegExp(`^#\\d+ [\\d.]+ one${mark}$`, "m"));
    expect(same.log).toMatch(new RegExp(`^#\\d+ [\\d.]+ one${mark}$`, "m"));
  });

  it("gives the build no network when asked to", async () => {
    const dockerfile = { Dockerfile: `FROM ${testBase}\nRUN cat /proc/net/dev && echo ${mark}\n` };
    const [without, usual] = [
      build(dockerfile, { network: "none" }),
      build({ Dockerfile: `${dockerfile.Dockerfile}RUN cat /proc/net/dev\n` }),
    ];
    await Promise.all([without.engineId, usual.engineId]);
    expect(without.log).not.toContain("eth0");
    expect(usual.log).toContain("eth0");
  });

  it.each(["cancel", "time limit"])("ends the build's process on the engine: %s", async (how) => {
    const seconds = 100_000 + Math.floor(Math.random() * 800_000);
    const abort = new AbortController();
    const built = build(
      { Dockerfile: `FROM ${testBase}\nRUN sleep ${seconds}\n` },
      { signal: abort.signal, timeoutMs: how === "cancel" ? 60_000 : 4000 },
    );
    const outcome = built.engineId.catch((error: unknown) => error);
    await until("the step runs", 15_000, async () => (await processesWith(`sleep ${seconds}`)).length > 0);
    if (how === "cancel") abort.abort();
    expect(await outcome).toMatchObject({ code: how === "cancel" ? "build_cancelled" : "build_timed_out" });
    await until("its process is gone", 10_000, async () => (await processesWith(`sleep ${seconds}`)).length === 0);
  });

  it("says that the engine is away when the connection is lost on the way, and leaves no process behind", async () => {
    const seconds = 100_000 + Math.floor(Math.random() * 800_000);
    const proxy = await startSocketProxy(engineSocket());
    const through = connectEngine({ socketPath: proxy.path });
    try {
      const bytes = await tarOf({ Dockerfile: `FROM ${testBase}\nRUN sleep ${seconds}\n` });
      const request = {
        dockerfile: "Dockerfile",
        reference,
        labels: {},
        onOutput: () => undefined,
        signal: new AbortController().signal,
        timeoutMs: 60_000,
      };
      const outcome = buildImage(through, { ...request, context: Readable.from([bytes]) }).catch((error: unknown) => error);
      await until("the step runs", 15_000, async () => (await processesWith(`sleep ${seconds}`)).length > 0);
      await proxy.cut();
      expect(await outcome).toMatchObject({ code: "docker_unavailable" });
      await until("its process is gone", 10_000, async () => (await processesWith(`sleep ${seconds}`)).length === 0);
    } finally {
      await proxy.cut();
    }
  });

  it("does not start what is cancelled already", async () => {
    await expect(build({ Dockerfile: `FROM ${testBase}\n` }, { signal: AbortSignal.abort() }).engineId).rejects.toMatchObject({
      code: "build_cancelled",
    });
  });

  it("fails with the context's own reason when the context is too large", async () => {
    const bytes = await tarOf({ Dockerfile: `FROM ${testBase}\n`, big: "x".repeat(3_000_000) });
    const context = prepareContext(Readable.from([bytes]), { dockerignore: null, dockerfile: "Dockerfile", maxBytes: 1_000_000 });
    await expect(build({}, { context }).engineId).rejects.toMatchObject({ code: "context_too_large" });
  });

  it("survives a log of 20 MB and one line of 20 MB with bounded memory", async () => {
    let largest = 0;
    const onOutput = (text: string) => void (largest = Math.max(largest, text.length));
    const before = process.memoryUsage().rss;
    await build(
      {
        Dockerfile: `FROM ${testBase}\nRUN dd if=/dev/zero bs=1000000 count=20; echo ${mark}\nRUN i=0; while [ $i -lt 50000 ]; do echo "$i ${"y".repeat(400)}"; i=$((i+1)); done\n`,
      },
      { onOutput },
    ).engineId;
    expect(largest).toBeLessThan(100_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("says that the engine is away when nothing listens on its socket", async () => {
    const nobody = connectEngine({ socketPath: "/nonexistent/docker.sock" });
    await expect(pingEngine(nobody, { timeoutMs: 1000 })).rejects.toMatchObject({ code: "docker_unavailable", detail: "ENOENT" });
    const bytes = await tarOf({ Dockerfile: "FROM scratch" });
    const lost = buildImage(nobody, {
      context: Readable.from([bytes]),
      dockerfile: "Dockerfile",
      reference,
      labels: {},
      onOutput: () => undefined,
      signal: new AbortController().signal,
      timeoutMs: 5000,
    });
    await expect(lost).rejects.toMatchObject({ code: "docker_unavailable" });
  });

  it("tags, lists by label, leaves an image in use and takes the removal of a gone one for done", async () => {
    if (!engine) return;
    await build({ Dockerfile: `FROM ${testBase}\nRUN echo use-${mark}\n` }).engineId;
    await tagImage(engine, reference, { repository: `berth-test/other-${mark}`, tag: "2" });
    const [listed] = (await listImages(engine, { label: `berth.test=${mark}` })).filter((image) => image.references.includes(reference));
    expect(listed?.references).toContain(`berth-test/other-${mark}:2`);
    expect(listed?.createdAt.getFullYear()).toBeGreaterThan(2000);
    await removeImage(engine, `berth-test/other-${mark}:2`);
    const container = await engine.createContainer({ Image: reference, Cmd: ["/bin/sleep", "60"], Labels: { "berth.test": mark } });
    try {
      expect(await removeImage(engine, reference)).toBe(false);
    } finally {
      await container.remove({ force: true });
    }
    expect(await removeImage(engine, reference)).toBe(true);
    expect(await removeImage(engine, reference)).toBe(true);
    expect(await inspectImage(engine, reference)).toBeNull();
    await expect(tagImage(engine, reference, { repository: "berth-test/x", tag: "1" })).rejects.toMatchObject({ code: "image_missing" });
  });
});
