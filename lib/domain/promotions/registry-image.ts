import { inspectImage } from "#lib/adapters/docker/images.ts";

import type { WorkerContext } from "../workers/context.ts";

interface StoredImage {
  readonly repository: string;
  readonly digest: string;
  readonly engineId: string;
  readonly pushed: boolean;
}

/** The image's name at the registry, without the registry's address. */
export function repositoryName(context: Pick<WorkerContext, "registry">, image: Pick<StoredImage, "repository">): string {
  const prefix = context.registry?.prefix ?? "";
  return image.repository.startsWith(`${prefix}/`) ? image.repository.slice(prefix.length + 1) : image.repository;
}

/**
 * Why an image cannot be run any more, asked where it is kept: the registry, or the engine where there is none. Null: it is there. Throws
 * `registry_unavailable` or `docker_unavailable` when nobody answers.
 */
export async function whyNotInRegistry(context: Pick<WorkerContext, "registry" | "engine">, image: StoredImage): Promise<string | null> {
  if (!image.pushed || context.registry === null)
    return (await inspectImage(context.engine, image.engineId)) === null ? "The image is gone from the engine." : null;
  const digest = await context.registry.client.digestOf(repositoryName(context, image), image.digest);
  if (digest === image.digest) return null;
  return digest === null ? "The image is gone from the registry." : "The registry answers with another image.";
}
