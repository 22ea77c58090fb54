import { z } from "zod";

import type { AppSpec } from "#lib/adapters/marathon/client.ts";
import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { openSecret } from "../builds/source.ts";
import { fingerprintOf, healthCheckOf, labelsOf, platformVariables } from "../environments/app-spec.ts";
import type { OpenDeployment, ReleaseWithImage, Snapshot } from "../environments/snapshot.ts";
import { environmentUrl } from "../environments/url.ts";
import { resolveVariables } from "../variables/resolve.ts";
import type { WorkerContext } from "../workers/context.ts";

const defaultPort = 8080;
const releaseVariables = z.record(z.string(), z.union([z.strictObject({ value: z.string() }), z.strictObject({ secretId: z.uuid() })]));

/** Makes the immutable release a deployment is about: this image with the configuration as it is at this moment. */
export async function createRelease(
  tx: Transaction,
  snapshot: Snapshot,
  deployment: OpenDeployment,
  image: { id: string; ports: readonly number[] },
): Promise<string> {
  const settings = {
    variables: await resolveVariables(tx, snapshot),
    instances: snapshot.instances,
    cpus: snapshot.stage.cpus,
    mem: snapshot.stage.mem,
    port: snapshot.project.port ?? image.ports[0] ?? defaultPort,
    healthPath: snapshot.project.healthPath,
  };
  const { _max } = await tx.release.aggregate({ where: { environmentId: snapshot.id }, _max: { number: true } });
  const created = await tx.release.create({
    data: {
      environmentId: snapshot.id,
      number: (_max.number ?? 0) + 1,
      imageId: image.id,
      commit: deployment.commit,
      ...settings,
      fingerprint: fingerprintOf(settings),
      createdByName: deployment.requestedByName,
    },
    select: { id: true },
  });
  return created.id;
}

/** The app that Marathon is asked for: a function of the release and of the wished number of instances alone, so that asking twice changes nothing. */
export async function appSpecOf(context: WorkerContext, snapshot: Snapshot, release: ReleaseWithImage): Promise<AppSpec> {
  const own = await openVariables(context, release);
  const { image } = release;
  return {
    id: snapshot.appId,
    image: image.pushed ? `${image.repository}@${image.digest}` : image.engineId,
    env: {
      ...platformVariables({
        port: release.port,
        url: environmentUrl(context.settings.previewOrigin, snapshot.host),
        project: snapshot.project.slug,
        stage: snapshot.stage.name,
        ref: snapshot.ref?.name ?? "",
        commit: release.commit,
      }),
      ...own,
    },
    labels: labelsOf({ instance: context.instance, environmentId: snapshot.id, releaseId: release.id }),
    instances: snapshot.instances,
    cpus: release.cpus,
    mem: release.mem,
    port: release.port,
    health: healthCheckOf(release, snapshot.project.healthTimeoutSeconds),
    upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    killGraceSeconds: 5,
  };
}

/** The release's own variables, secrets opened. Throws `secret_unreadable` when a sealed version is gone. */
export async function openVariables(context: WorkerContext, release: { variables: unknown }): Promise<Record<string, string>> {
  const variables = releaseVariables.parse(release.variables);
  const ids = Object.values(variables).flatMap((variable) => ("secretId" in variable ? [variable.secretId] : []));
  const sealed = new Map((await context.database.sealedSecret.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row]));
  const opened: Record<string, string> = {};
  for (const [name, variable] of Object.entries(variables)) {
    if ("value" in variable) {
      opened[name] = variable.value;
      continue;
    }
    const row = sealed.get(variable.secretId);
    if (row === undefined) throw new BerthError("secret_unreadable", { detail: `The value of ${name} is gone.` });
    opened[name] = openSecret(context, row);
  }
  return opened;
}
