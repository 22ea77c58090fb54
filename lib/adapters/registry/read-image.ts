import { createHash } from "node:crypto";

import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

/** What a registry says of an image without pulling it. */
export interface RegistryImage {
  /** The engine will know it under this id. */
  readonly configDigest: string;
  /** Ports it declares with EXPOSE, in order. */
  readonly ports: readonly number[];
  /** Of all layers as they are kept. */
  readonly sizeBytes: number;
}

/** Bytes of a manifest or of a blob by digest; null when there is none. */
type Fetch = (kind: "manifests" | "blobs", digest: string) => Promise<Buffer | null>;

const digest = z.string().regex(/^sha256:[a-f0-9]{64}$/);
const descriptor = z.object({ digest, size: z.number().int().nonnegative().optional() });
const manifestSchema = z.object({ config: descriptor, layers: z.array(descriptor).max(1_000) });
const indexSchema = z.object({
  manifests: z.array(z.object({ digest, platform: z.object({ os: z.string(), architecture: z.string() }).partial().optional() })).max(100),
});
const configSchema = z.object({ config: z.object({ ExposedPorts: z.record(z.string(), z.unknown()).nullish() }).nullish() });

/** As Docker names this machine's kind. */
const architecture = process.arch === "x64" ? "amd64" : process.arch;

/**
 * Reads manifest and configuration of an image named by digest; of an index, the one for this machine's kind. Null when the registry has no
 * such manifest. Every byte is checked against the digest it was asked for by. Throws `registry_refused` for what is no image.
 */
export async function readImage(fetch: Fetch, imageDigest: string): Promise<RegistryImage | null> {
  const first = await fetchChecked(fetch, "manifests", imageDigest);
  if (first === null) return null;
  const index = indexSchema.safeParse(first);
  const chosen = index.success
    ? index.data.manifests.find(({ platform }) => platform?.os === "linux" && platform.architecture === architecture)?.digest
    : imageDigest;
  if (chosen === undefined) throw refused(`It has nothing for linux/${architecture}.`);
  const manifest = manifestSchema.safeParse(chosen === imageDigest ? first : await fetchChecked(fetch, "manifests", chosen));
  if (!manifest.success) throw refused("It is no image.");
  const { config, layers } = manifest.data;
  const image = configSchema.safeParse(await fetchChecked(fetch, "blobs", config.digest));
  if (!image.success) throw refused("Its configuration cannot be read.");
  return {
    configDigest: config.digest,
    ports: portsOf(image.data.config?.ExposedPorts ?? {}),
    sizeBytes: layers.reduce((sum, { size }) => sum + (size ?? 0), 0),
  };
}

async function fetchChecked(fetch: Fetch, kind: "manifests" | "blobs", wanted: string): Promise<unknown> {
  const bytes = await fetch(kind, wanted);
  if (bytes === null) return null;
  if (`sha256:${createHash("sha256").update(bytes).digest("hex")}` !== wanted)
    throw refused("The registry answered something else than was asked for.");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw refused("It is no image.");
  }
}

function portsOf(exposed: Readonly<Record<string, unknown>>): number[] {
  return Object.keys(exposed)
    .map((key) => Number(/^(\d{1,5})(?:\/tcp)?$/.exec(key)?.[1]))
    .filter((port) => port >= 1 && port <= 65_535)
    .toSorted((one, other) => one - other);
}

function refused(detail: string): BerthError {
  return new BerthError("registry_refused", { detail });
}
