import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { request } from "undici";
import { z } from "zod";

import { connectEngine, type EngineTarget } from "#lib/adapters/docker/client.ts";
import { createGitRunner } from "#lib/adapters/git/runner.ts";
import { createMarathon } from "#lib/adapters/marathon/client.ts";
import { createClusterReader } from "#lib/adapters/mesos/cluster.ts";
import { createTaskLogReader } from "#lib/adapters/mesos/files.ts";
import { createRegistry } from "#lib/adapters/registry/client.ts";
import { describeError } from "#lib/core/errors.ts";
import type { ProbeResult, WorkerContext } from "#lib/domain/workers/context.ts";
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
  const marathon = createMarathon({ urls: config.marathon.urls, ...access, log });
  const protocols = ["https", "http", "ssh", ...(config.git.allowFile ? ["file"] : [])];
  const registryUrl = config.registry.url;
  return {
    database,
    settings: {
      dashboardOrigin: config.web.origin,
      previewDomain: config.gateway.baseHost,
      previewOrigin: config.gateway.origin,
      allowFileRepositories: config.git.allowFile,
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
    marathon,
    taskLogs: createTaskLogReader({
      info: () => marathon.info(),
      marathonUrls: config.marathon.urls,
      ...access,
      log,
    }),
    cluster: createClusterReader({ info: () => marathon.info(), marathonUrls: config.marathon.urls, ...access, log }),
    registry:
      registryUrl === undefined
        ? null
        : {
            client: createRegistry({ url: registryUrl, ...optional("auth", config.registry.credentials) }),
            prefix: new URL(registryUrl).host,
            credentials: config.registry.credentials,
          },
    sealingKey: await ensureSealingKey(config.home, database),
    folders: { builtin: join(config.home, "git"), mirrors: join(config.home, "mirrors") },
    builds: { timeoutMs: config.builds.timeoutSeconds * 1000, contextMaxBytes: config.builds.contextMaxBytes },
    probe,
  };
}

/** DOCKER_HOST as docker itself understands it, for sockets and plain TCP. */
function engineTarget(host: string | undefined): EngineTarget {
  if (host === undefined || host === "") return { socketPath: "/var/run/docker.sock" };
  const url = new URL(host);
  if (url.protocol === "unix:") return { socketPath: url.pathname };
  if (url.protocol === "tcp:" || url.protocol === "http:") return { host: url.hostname, port: Number(url.port || 2375) };
  throw new Error("The setting DOCKER_HOST is not usable: use unix:///path or tcp://host:port.");
}

/** One request of our own, as a visitor's would arrive: an app is live when it answers, not when somebody says so. */
async function probe(target: { host: string; port: number; path: string; hostHeader: string }, timeoutMs: number): Promise<ProbeResult> {
  try {
    const response = await request(`http://${target.host}:${target.port}${target.path}`, {
      method: "GET",
      headers: { host: target.hostHeader, "user-agent": "Berth health check", connection: "close" },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    response.body.on("error", () => undefined);
    response.body.destroy();
    return { kind: "answered", status: response.statusCode };
  } catch (error) {
    return { kind: "silent", reason: describeError(error).slice(0, 200) };
  }
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
