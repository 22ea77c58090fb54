import { z } from "zod";

import { engineError, engineStatus } from "./engine-error.ts";
import type { Engine } from "./engine.ts";
import { dialJson } from "./request.ts";

export interface EngineImage {
  /** `sha256:…`, the engine's own id of the image. */
  readonly engineId: string;
  readonly sizeBytes: number;
  /** TCP ports the image declares with EXPOSE, ascending. */
  readonly ports: readonly number[];
  readonly repoDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface ListedImage {
  readonly engineId: string;
  readonly references: readonly string[];
  readonly repoDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly createdAt: Date;
}

/** No call here is long; one that is means the engine hangs. */
const timeoutMs = 30_000;

const labelsSchema = z.record(z.string(), z.string()).nullish();
const namesSchema = z.array(z.string()).nullish();
const inspectSchema = z.object({
  Id: z.string(),
  Size: z.number().nonnegative().catch(0),
  RepoDigests: namesSchema,
  Config: z.object({ Labels: labelsSchema, ExposedPorts: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

/** The image `reference` names on the engine, or null when there is none. */
export async function inspectImage(engine: Engine, reference: string): Promise<EngineImage | null> {
  try {
    const answer = inspectSchema.parse(
      await dialJson(engine, { path: `/images/${imagePath(reference)}/json`, method: "GET", signal: AbortSignal.timeout(timeoutMs) }),
    );
    return {
      engineId: answer.Id,
      sizeBytes: answer.Size,
      ports: tcpPorts(Object.keys(answer.Config?.ExposedPorts ?? {})),
      repoDigests: answer.RepoDigests ?? [],
      labels: answer.Config?.Labels ?? {},
    };
  } catch (error) {
    if (engineStatus(error) === 404) return null;
    throw engineError(error);
  }
}

/** Gives the image one more name. Throws `image_missing` when it is gone. */
export async function tagImage(
  engine: Engine,
  reference: string,
  target: { readonly repository: string; readonly tag: string },
): Promise<void> {
  try {
    await engine
      .getImage(imagePath(reference))
      .tag({ repo: target.repository, tag: target.tag, abortSignal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw engineError(error, engineStatus(error) === 404 ? "image_missing" : "docker_failed");
  }
}

/** Removes one name (and the image with its last one). True: it is gone, or was; false: a container uses it, so it was left. */
export async function removeImage(engine: Engine, reference: string): Promise<boolean> {
  try {
    await dialJson(engine, { path: `/images/${imagePath(reference)}`, method: "DELETE", signal: AbortSignal.timeout(timeoutMs) });
    return true;
  } catch (error) {
    const status = engineStatus(error);
    if (status === 404) return true;
    if (status === 409) return false;
    throw engineError(error);
  }
}

const listSchema = z.array(
  z.object({
    Id: z.string(),
    RepoTags: namesSchema,
    RepoDigests: namesSchema,
    Labels: labelsSchema,
    Size: z.number().nonnegative().catch(0),
    Created: z.number().catch(0),
  }),
);

/** The images that carry `label` (`key` or `key=value`). */
export async function listImages(engine: Engine, options: { readonly label: string }): Promise<ListedImage[]> {
  try {
    const filters = { label: [options.label] };
    const answer = listSchema.parse(
      await dialJson(engine, { path: "/images/json?", method: "GET", options: { filters }, signal: AbortSignal.timeout(timeoutMs) }),
    );
    return answer.map((image) => ({
      engineId: image.Id,
      references: (image.RepoTags ?? []).filter((name) => name !== "<none>:<none>"),
      repoDigests: (image.RepoDigests ?? []).filter((name) => !name.startsWith("<none>@")),
      labels: image.Labels ?? {},
      sizeBytes: image.Size,
      createdAt: new Date(image.Created * 1000),
    }));
  } catch (error) {
    throw engineError(error);
  }
}

function tcpPorts(exposed: readonly string[]): number[] {
  const ports = exposed.flatMap((entry) => {
    const match = /^(\d{1,5})(?:\/tcp)?$/.exec(entry);
    const port = Number(match?.[1]);
    return match && port > 0 && port < 65_536 ? [port] : [];
  });
  return ports.toSorted((a, b) => a - b);
}

/** The name becomes part of the path, where `?`, `#` and dots would be something else. */
function imagePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}
