import { join } from "node:path";

import { connectEngine } from "#lib/adapters/docker/client.ts";
import { ensureBaseImage, ensureBusyboxImage } from "#lib/adapters/engine-local/base-image.ts";
import { startDockerd } from "#lib/adapters/engine-local/dockerd.ts";
import { ensureEngine } from "#lib/adapters/engine-local/engine.ts";
import { startEmbeddedPostgres } from "#lib/adapters/postgres-embedded/server.ts";

import { clearRunFolder, engineStateFolder, makeRunFolder } from "../run-folder.ts";
import type { Tools } from "./machine.ts";
import { quietNetwork } from "./quiet-network.ts";

/** The real parts that all tests of one run share. */
export interface Services {
  /** Settings for the test processes. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Ends everything and removes every trace. */
  stop(): Promise<void>;
}

const nodeImage = "berth-test/node:20";
const busyboxImage = "berth-test/busybox:1";

/** Starts PostgreSQL and a Docker Engine of this run's own in a temporary folder, and makes the base images. */
export async function startServices(tools: Tools, say: (text: string) => void): Promise<Services> {
  const folder = await makeRunFolder();
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.allSettled(stops.map((end) => end()));
    await clearRunFolder(folder);
  };
  try {
    stops.push(await quietNetwork());
    say("starting PostgreSQL and a Docker Engine");
    const logFile = (name: string) => join(folder, `${name}.log`);
    const startPostgres = async () => {
      const server = await startEmbeddedPostgres({
        folder: join(folder, "postgres"),
        logFile: logFile("postgres"),
        preferredPort: 45_200,
        password: "test",
        unsafeButFast: true,
      });
      stops.push(() => server.stop(10_000));
      return server.adminUrl;
    };
    const [databaseUrl, socket] = await Promise.all([startPostgres(), startEngine(folder, logFile("dockerd"), stops)]);
    say("making base images");
    const engine = connectEngine({ socketPath: socket });
    await ensureBaseImage(engine, nodeImage);
    await ensureBusyboxImage(engine, busyboxImage, tools.busybox ?? "busybox");
    return { folder, stop, environment: environmentFor(tools, { databaseUrl, socket }) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environmentFor(tools: Tools, parts: { databaseUrl: string; socket: string }): Record<string, string> {
  return {
    BERTH_TEST_DATABASE_URL: parts.databaseUrl,
    BERTH_TEST_DOCKER_SOCKET: parts.socket,
    BERTH_TEST_NODE_IMAGE: nodeImage,
    BERTH_TEST_BUSYBOX_IMAGE: busyboxImage,
    BERTH_TEST_REGISTRY_BINARY: tools.registry ?? "",
    BERTH_TEST_CHROMIUM: tools.chromium ?? "",
    DOCKER_HOST: `unix://${parts.socket}`,
  };
}

/** As root an engine of our own; else the one that runs, whose other contents the tests leave alone. Gives its socket. */
async function startEngine(folder: string, logFile: string, stops: (() => Promise<void>)[]): Promise<string> {
  if (process.getuid?.() === 0) {
    const engine = await startDockerd({ dataFolder: join(folder, "docker"), logFile, stateFolder: engineStateFolder(folder) });
    stops.push(() => engine.stop(20_000));
    return engine.host.slice("unix://".length);
  }
  const found = await ensureEngine({ given: process.env["DOCKER_HOST"], dataFolder: "", logFile, onProgress: () => undefined });
  if (found.version === undefined) throw new Error(found.advice ?? "The tests need a Docker Engine.");
  if (!found.host.startsWith("unix://"))
    throw new Error("The tests need a Docker Engine on this machine: unset DOCKER_HOST, or set it to unix:///path/to/docker.sock.");
  return found.host.slice("unix://".length);
}
