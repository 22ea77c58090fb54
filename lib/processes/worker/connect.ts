import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { createChronos } from "#lib/adapters/chronos/client.ts";
import { connectEngine, type EngineTarget } from "#lib/adapters/docker/client.ts";
import { createGitRunner } from "#lib/adapters/git/runner.ts";
import { createMetronome } from "#lib/adapters/metronome/client.ts";
import { createRegistry } from "#lib/adapters/registry/client.ts";
import { createClusters } from "#lib/domain/clusters/connect.ts";
import { type OutsideScheduler, overChronos, overMetronome } from "#lib/domain/jobs/outside-scheduler.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { probe } from "#lib/domain/workers/probe.ts";
import { createWakers } from "#lib/domain/workers/wakers.ts";
import type { Config } from "#lib/platform/config.ts";
import { generateSealingKey, type PrivateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";

import { allowGitAddresses } from "./git-addresses.ts";

/** Chooses and wires the worker's parts: the one place where settings become adapters. */
export async function connectWorker(config: Config, database: Database, log: Log, poolId: () => string): Promise<WorkerContext> {
  const target = engineTarget(config.docker.host);
  const access = { ...optional("credentials", config.marathon.credentials), ...optional("token", config.marathon.token) };
  const sealingKey = await ensureSealingKey(config.home, database);
  const protocols = ["https", "http", "ssh", ...(config.git.allowFile ? ["file"] : [])];
  const registryUrl = config.registry.url;
  return {
    database,
    settings: {
      dashboardOrigin: config.web.origin,
      previewDomain: config.gateway.baseHost,
      previewOrigin: config.gateway.origin,
      allowFileRepositories: config.git.allowFile,
      jobScheduler: config.jobScheduler.kind,
    },
    log,
    instance: await instanceName(config.home),
    poolId,
    wakers: createWakers(),
    engine: connectEngine(target),
    git: createGitRunner({
      homeDir: join(config.home, "git-home"),
      log,
      protocols,
      environment: process.env,
      resolveHost: allowGitAddresses(config.git.allowedHosts),
    }),
    clusters: createClusters({
      database,
      log,
      sealingKey,
      settings: { urls: config.marathon.urls, embedded: config.marathon.embedded, ...access },
    }),
    registry:
      registryUrl === undefined
        ? null
        : {
            client: createRegistry({ url: registryUrl, ...optional("auth", config.registry.credentials) }),
            prefix: new URL(registryUrl).host,
            plainHttp: new URL(registryUrl).protocol === "http:",
            credentials: config.registry.credentials,
            pullCredentials: config.registry.pullCredentials,
          },
    outsideJobs: outsideJobs(config, log),
    sealingKey,
    folders: { builtin: join(config.home, "git"), mirrors: join(config.home, "mirrors") },
    builds: { timeoutMs: config.builds.timeoutSeconds * 1000, contextMaxBytes: config.builds.contextMaxBytes },
    probe,
  };
}

/** The scheduler that keeps the time of jobs in place of Berth, where the settings name one. */
function outsideJobs(config: Config, log: Log): OutsideScheduler | null {
  const { kind, url, ...access } = config.jobScheduler;
  if (url === null) return null;
  return kind === "chronos" ? overChronos(createChronos({ url, ...access, log })) : overMetronome(createMetronome({ url, ...access, log }));
}

/** DOCKER_HOST as docker itself understands it, for sockets and plain TCP. */
function engineTarget(host: string | undefined): EngineTarget {
  if (host === undefined || host === "") return { socketPath: "/var/run/docker.sock" };
  const url = new URL(host);
  if (url.protocol === "unix:") return { socketPath: url.pathname };
  if (url.protocol === "tcp:" || url.protocol === "http:") return { host: url.hostname, port: Number(url.port || 2375) };
  throw new Error("The setting DOCKER_HOST is not usable: use unix:///path or tcp://host:port.");
}

const keySchema = z.object({ kid: z.string().min(1), publicKey: z.base64(), privateKey: z.base64() });

/** The worker's key pair: made at the first start, readable by its owner only; the public half is published for web. */
async function ensureSealingKey(home: string, database: Database): Promise<PrivateSealingKey> {
  const file = join(home, "keys", "unseal.json");
  const key = (await readKey(file)) ?? (await makeKey(file));
  await database.$executeRaw`INSERT INTO sealing_key (kid, public_key) VALUES (${key.kid}, ${Buffer.from(key.publicKey)}) ON CONFLICT (kid) DO NOTHING`;
  return key;
}

async function readKey(file: string): Promise<PrivateSealingKey | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const stored = keySchema.parse(JSON.parse(text));
  return { kid: stored.kid, publicKey: Buffer.from(stored.publicKey, "base64"), privateKey: Buffer.from(stored.privateKey, "base64") };
}

async function makeKey(file: string): Promise<PrivateSealingKey> {
  const key = generateSealingKey(`k${Date.now()}`);
  const text = JSON.stringify({
    kid: key.kid,
    publicKey: Buffer.from(key.publicKey).toString("base64"),
    privateKey: Buffer.from(key.privateKey).toString("base64"),
  });
  await writeFile(file, text, { mode: 0o600, flag: "wx" });
  return key;
}

/** What the supervisor named this installation: on everything the worker makes outside, as on the scheduler's containers. */
async function instanceName(home: string): Promise<string> {
  return (await readFile(join(home, "instance"), "utf8")).trim();
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  const result: { [key in K]?: V } = {};
  if (value !== undefined) result[key] = value;
  return result;
}
