import { createHash } from "node:crypto";

/** Variables of a release: plain values as they are, secrets as the id of the sealed version. */
export type ReleaseVariables = Readonly<Record<string, { readonly value: string } | { readonly secretId: string }>>;

interface ReleaseSettings {
  readonly variables: ReleaseVariables;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly port: number;
  readonly healthPath: string;
}

/** The fingerprint of a release's configuration: the same settings give the same one, whatever their order. */
export function fingerprintOf(settings: ReleaseSettings): string {
  const variables = Object.entries(settings.variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const canonical = JSON.stringify([variables, settings.instances, settings.cpus, settings.mem, settings.port, settings.healthPath]);
  return createHash("sha256").update(canonical).digest("hex");
}

/** Marathon's id of an environment's app. */
export function appIdOf(parts: { project: string; stage: string; slug: string }): string {
  return `/berth/${parts.project}/${parts.stage}/${parts.slug}`;
}

/** The labels by which everything of a release is found again. They name the release and never the attempt: a changed label restarts the app. */
export function labelsOf(ids: { instance: string; environmentId: string; releaseId: string }): Record<string, string> {
  return { "berth.instance": ids.instance, "berth.environment": ids.environmentId, "berth.release": ids.releaseId };
}

/** Health checks as Marathon is told. The first check comes early; failures count only after `grace` or the first success. */
export function healthCheckOf(release: { healthPath: string }, graceSeconds: number) {
  return { path: release.healthPath, intervalSeconds: 2, timeoutSeconds: 5, gracePeriodSeconds: graceSeconds, maxConsecutiveFailures: 3 };
}

/** What every app is given beside its own variables. `PORT` is the port inside the container, as most apps expect. */
export function platformVariables(context: {
  port: number;
  url: string;
  project: string;
  stage: string;
  ref: string;
  commit: string;
}): Record<string, string> {
  return {
    PORT: String(context.port),
    // Marathon would say the machine's address here, and an app that binds to it could not be reached.
    HOST: "0.0.0.0",
    BERTH_URL: context.url,
    BERTH_PROJECT: context.project,
    BERTH_STAGE: context.stage,
    BERTH_REF: context.ref,
    BERTH_COMMIT: context.commit,
  };
}
