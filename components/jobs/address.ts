import { environmentHref } from "#components/environments/address.ts";

/** The jobs of an environment. */
export function jobsHref(project: string, environment: string): string {
  return `${environmentHref(project, environment)}/jobs`;
}

/** The page of a job, with one of its runs where a number is given. */
export function jobHref(project: string, environment: string, job: string, run: number | null = null): string {
  return `${jobsHref(project, environment)}/${encodeURIComponent(job)}${run === null ? "" : `?run=${run}`}`;
}

/** The name of the job from its part of the address. */
export function jobNameIn(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
