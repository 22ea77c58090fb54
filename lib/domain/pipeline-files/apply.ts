import { BerthError } from "#lib/core/errors.ts";

import { errorSentence } from "./load.ts";
import type { KnownFile } from "./read.ts";
import type { PipelineFile } from "./schema.ts";

/** What a project's page says where nobody has touched it. */
const pageDefaults = { dockerfilePath: "Dockerfile", contextPath: ".", healthPath: "/" } as const;

interface BuildPaths {
  readonly dockerfilePath: string;
  readonly contextPath: string;
}

/** Where a commit is built from: what the page says beyond its defaults, else what the file says. */
export function buildPaths(page: BuildPaths, file: PipelineFile | null): BuildPaths {
  const { dockerfile, context } = file?.build ?? {};
  return {
    dockerfilePath: page.dockerfilePath === pageDefaults.dockerfilePath ? (dockerfile ?? page.dockerfilePath) : page.dockerfilePath,
    contextPath: page.contextPath === pageDefaults.contextPath ? (context ?? page.contextPath) : page.contextPath,
  };
}

interface Listening {
  readonly port: number | null;
  readonly healthPath: string;
}

/** Where a release listens and is asked for its health, by the same rule; a port of null is the image's own. */
export function listening(page: Listening, file: PipelineFile | null): Listening {
  return {
    port: page.port ?? file?.port ?? null,
    healthPath: page.healthPath === pageDefaults.healthPath ? (file?.health?.path ?? page.healthPath) : page.healthPath,
  };
}

/** Throws `pipeline_file_invalid` with the first error's place when the commit's file is wrong. */
export function requireRight({ path, errors }: KnownFile): void {
  const [first] = errors;
  if (path === null || first === undefined) return;
  const more = errors.length > 1 ? ` ${errors.length - 1} more ${errors.length === 2 ? "place is" : "places are"} wrong.` : "";
  throw new BerthError("pipeline_file_invalid", { detail: `${errorSentence(path, first)}${more}` });
}
