import { BerthError } from "#lib/core/errors.ts";

import { cleanText, isFullDisk } from "./engine-error.ts";
import type { FailedStep } from "./progress.ts";

/** What BuildKit wraps around the reason, from the outside in. */
const wrappings = [
  /^failed to solve with frontend [\w.-]+: /,
  /^failed to solve: /,
  /^rpc error: code = \w+ desc = /,
  /^failed to build LLB: /,
  /^failed to create LLB definition: /,
  /^failed to solve with frontend gateway\.v0: /,
];

/** BuildKit's last word on a build as one of Berth's codes. Only the engine's own error is read, never the log, which belongs to the user. */
export function buildFailure(message: string, step: FailedStep | null): BerthError {
  const reason = unwrap(step?.error ?? message);
  const cause = new Error(cleanText(message, 2000));
  if (isFullDisk(reason)) return new BerthError("disk_full", { detail: cleanText(reason), cause });
  const exitCode = /exit code: (\d+)\b/.exec(reason)?.[1];
  if (exitCode === "137") return new BerthError("build_out_of_memory", { detail: `${stepName(step)} was killed (exit code 137).`, cause });
  if (exitCode !== undefined)
    return new BerthError("build_failed", { detail: `${stepName(step)} ended with exit code ${exitCode}.`, cause });
  if (isMissingDockerfile(message)) return new BerthError("dockerfile_missing", { cause });
  if (reason.endsWith("context canceled")) return new BerthError("docker_unavailable", { detail: "The engine gave the build up.", cause });
  return new BerthError("build_failed", { detail: step === null ? cleanText(reason) : `${stepName(step)}: ${cleanText(reason)}`, cause });
}

function isMissingDockerfile(message: string): boolean {
  return /failed to read dockerfile: .*no such file or directory/i.test(message) || /cannot locate specified dockerfile/i.test(message);
}

function unwrap(message: string): string {
  let text = message.trim();
  for (let again = true; again;) {
    const shorter = wrappings.reduce((left, wrapping) => left.replace(wrapping, ""), text);
    again = shorter !== text;
    text = shorter;
  }
  return text;
}

function stepName(step: FailedStep | null): string {
  return step === null ? "A step" : cleanText(step.name, 200);
}
