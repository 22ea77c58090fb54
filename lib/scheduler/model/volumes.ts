import { type FailureDetail } from "../failures.ts";
import { pathProblem } from "./docker-parameters.ts";

/** A path of the machine that apps may mount, exactly as written: nothing below it, for a task could put links there. */
export interface AllowedVolume {
  readonly path: string;
  readonly writable: boolean;
}

export interface HostVolume {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly writable: boolean;
}

type Volume = Readonly<Record<string, unknown>>;

/** What is wrong with an app's volumes; empty when all of them may be mounted. */
export function volumeProblems(volumes: readonly Volume[], allowed: readonly AllowedVolume[]): FailureDetail[] {
  return volumes.flatMap((volume, index) => {
    const problem = problemOf(volume, allowed);
    return problem === null
      ? []
      : [{ path: volumes.length === 1 ? "/container/volumes" : `/container/volumes(${index})`, errors: [problem] }];
  });
}

function problemOf(volume: Volume, allowed: readonly AllowedVolume[]): string | null {
  if (volume["persistent"] !== undefined) return "persistent volumes are not allowed: this scheduler reserves no disk";
  if (volume["external"] !== undefined) return "external volumes are not allowed: this scheduler has no volume drivers";
  if (volume["secret"] !== undefined) return "Feature secrets is not enabled. Enable with --enable_features secrets)";
  const { hostPath, containerPath, mode } = volume;
  if (typeof containerPath !== "string" || pathProblem(containerPath) !== null)
    return "containerPath must be an absolute path, not in /proc, /sys or /dev";
  if (mode !== "RO" && mode !== "RW") return "mode must be RO or RW";
  if (typeof hostPath !== "string" || !hostPath.startsWith("/"))
    return "named docker volumes are not allowed: give a hostPath that the operator allows";
  const found = allowed.find((entry) => entry.path === hostPath);
  if (found === undefined)
    return `the host path ${hostPath.slice(0, 200)} is not allowed on this scheduler: ${
      allowed.length === 0 ? "its operator allows none" : `allowed are ${allowed.map((entry) => entry.path).join(", ")}`
    }`;
  if (mode === "RW" && !found.writable) return `the host path ${hostPath} is allowed for reading (RO) only`;
  return null;
}

/** The host volumes of an app that was validated; what is no longer allowed is left out. */
export function hostVolumes(volumes: readonly Volume[], allowed: readonly AllowedVolume[]): HostVolume[] {
  return volumes.flatMap((volume) => {
    const { hostPath, containerPath, mode } = volume;
    if (typeof hostPath !== "string" || typeof containerPath !== "string" || problemOf(volume, allowed) !== null) return [];
    return [{ hostPath, containerPath, writable: mode === "RW" }];
  });
}
