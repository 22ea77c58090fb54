import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connectEngine } from "#lib/adapters/docker/client.ts";
import { createGitRunner } from "#lib/adapters/git/runner.ts";
import { createClusters } from "#lib/domain/clusters/connect.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { probe } from "#lib/domain/workers/probe.ts";
import { createWakers } from "#lib/domain/workers/wakers.ts";
import { type PrivateSealingKey, generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import { createLog } from "#lib/platform/log.ts";

import { engineSocket } from "../docker/test-engine.ts";

export interface TestWorker {
  readonly context: WorkerContext;
  end(): Promise<void>;
}

interface TestWorkerOptions {
  readonly database: Database;
  readonly sealingKey: PrivateSealingKey;
  /** The cluster of the settings. */
  readonly settings: Parameters<typeof createClusters>[0]["settings"];
  readonly registry?: WorkerContext["registry"];
}

/** A key whose public half web finds in the database. */
export async function publishSealingKey(database: Database): Promise<PrivateSealingKey> {
  const key = generateSealingKey(`k-${randomUUID()}`);
  await database.sealingKey.create({ data: { kid: key.kid, publicKey: Buffer.from(key.publicKey) } });
  return key;
}

/** A worker's parts as `npm start` wires them, in this process. */
export async function openWorker({ database, sealingKey, settings, registry = null }: TestWorkerOptions): Promise<TestWorker> {
  const folder = await mkdtemp(join(tmpdir(), "berth-clusters-"));
  const log = createLog("worker", "fatal");
  const clusters = createClusters({ database, log, sealingKey, settings });
  const context: WorkerContext = {
    database,
    settings: {
      dashboardOrigin: "http://localhost:3000",
      previewDomain: "preview.localhost",
      previewOrigin: "http://preview.localhost:4000",
      allowFileRepositories: false,
    },
    log,
    instance: "clusters",
    poolId: () => "clusters",
    wakers: createWakers(),
    engine: connectEngine({ socketPath: engineSocket() }),
    git: createGitRunner({ homeDir: folder, log, protocols: [], environment: process.env }),
    clusters,
    registry,
    sealingKey,
    folders: { builtin: folder, mirrors: folder },
    builds: { timeoutMs: 1_000, contextMaxBytes: 1_000 },
    probe,
  };
  return {
    context,
    async end() {
      await clusters.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
