import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";
import { type OwnEngine, startDockerd } from "#lib/adapters/engine-local/dockerd.ts";
import { removeEngineFolder } from "#lib/adapters/engine-local/mounts.ts";

import { type Bench, deploymentOf, openBench } from "./support/bench.ts";
import { isInOrder, untilInOrder } from "./support/order.ts";
import { kill, processesWith } from "./support/processes.ts";
import { answering, appFiles, slowAppFiles, busyboxImage } from "./support/repository.ts";
import { until } from "./support/until.ts";
import { keepVisiting, untilAnswers } from "./support/visit.ts";

/** Needs an engine of its own, which only root can run. */
describe.skipIf(process.getuid?.() !== 0)("an engine that is restarted", () => {
  let folder = "";
  let engine: OwnEngine;
  let bench: Bench;
  let live: Awaited<ReturnType<Bench["liveProject"]>>;

  const start = () =>
    startDockerd({ dataFolder: join(folder, "docker"), logFile: join(folder, "dockerd.log"), stateFolder: join("/run", basename(folder)) });

  /** As the supervisor does: an engine that was killed may leave its containerd behind, which the next one has to outlive. */
  async function startAgain(): Promise<OwnEngine> {
    let failure: unknown;
    for (let tries = 0; tries < 3; tries++) {
      const started = await start().catch((error: unknown) => {
        failure = error;
        return undefined;
      });
      if (started !== undefined) return started;
    }
    throw failure;
  }

  async function killEngine(): Promise<void> {
    const record = await findDaemon(join("/run", basename(folder), "berth-dockerd.json"));
    kill(record?.pid ?? null);
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-engine-"));
    engine = await start();
    await copyImage(process.env["BERTH_TEST_DOCKER_SOCKET"] ?? "/var/run/docker.sock", engine.host.slice("unix://".length), busyboxImage());
    bench = await openBench({ DOCKER_HOST: engine.host });
    live = await bench.liveProject("On its own engine", "still here");
  }, 180_000);
  afterAll(async () => {
    await bench?.close();
    await engine?.stop(20_000);
    await removeEngineFolder(folder);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test("with live environments: they answer again as soon as it is back, and the next push is deployed without a gap", async () => {
    const { product, rest } = bench;
    await killEngine();
    engine = await startAgain();
    // Containers live on without their engine, but ports published on loopback are passed on by a program of the engine's.
    const back = performance.now();
    await untilAnswers(product, live.environment.url, "still here", 20_000);
    console.log(`answers ${((performance.now() - back) / 1000).toFixed(1)} s after the engine`);
    const visits = keepVisiting(product, live.environment.url);
    const commit = await live.copy.commit(appFiles(answering("after the restart")));
    await live.copy.git("push", "--quiet", "origin", "master");
    expect((await rest.ended(await deploymentOf(rest, live.environment.id, commit), 90_000)).problem).toBeNull();
    await untilAnswers(product, live.environment.url, "after the restart", 5_000);
    expect((await visits.stop()).bad).toEqual([]);
  }, 150_000);

  test("in the middle of a build: the build is made again", async () => {
    const { product, rest } = bench;
    const sign = `no-engine-${Date.now()}`;
    const commit = await live.copy.commit(slowAppFiles(answering("built twice"), `sh -c 'sleep 5; : ${sign}'`));
    await live.copy.git("push", "--quiet", "origin", "master");
    const id = await deploymentOf(rest, live.environment.id, commit);
    await until("the build runs", 30_000, async () => (await processesWith(sign)).length > 0);
    await killEngine();
    // Long enough that a build which tries three times in ten seconds would have given up.
    const again = performance.now() + 20_000;
    await until("twenty seconds without an engine are over", 25_000, () => performance.now() > again);
    expect((await rest.deployment(id)).status).toBe("preparing");
    engine = await startAgain();
    expect((await rest.ended(id, 120_000)).problem).toBeNull();
    await untilAnswers(product, live.environment.url, "built twice", 5_000);
  }, 240_000);

  test("after all of this nothing is missing and nothing is left behind", async () => {
    expect(isInOrder(await untilInOrder(bench.product))).toBe(true);
  }, 130_000);
});

/** Carries an image from one engine to another. */
function copyImage(from: string, to: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const source = request({ socketPath: from, path: `/images/${name}/get`, headers: { host: "docker" } }, (archive) => {
      if (archive.statusCode !== 200) return reject(new Error(`${name} is not on ${from}`));
      const target = request(
        { socketPath: to, path: "/images/load?quiet=1", method: "POST", headers: { host: "docker", "content-type": "application/x-tar" } },
        (answer) => {
          answer
            .resume()
            .on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`The image was not loaded: ${answer.statusCode}`))));
        },
      );
      target.on("error", reject);
      archive.pipe(target);
    });
    source.on("error", reject);
    source.end();
  });
}
