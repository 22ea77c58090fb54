import { z } from "zod";

import type { AppDefinition } from "#lib/adapters/marathon/definition.ts";
import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { refuseContradictions, refuseUnfit, refuseUnfitFile } from "../app-settings/gates.ts";
import { type StageLayers, loadLayers } from "../app-settings/layers.ts";
import { beyondDefaults, readAppSettings, resolveAppSettings } from "../app-settings/resolve.ts";
import type { AppSettings } from "../app-settings/schema.ts";
import { openSecret } from "../builds/source.ts";
import { appDefinitionOf, fingerprintOf, labelsOf, platformVariables, routeNameOf } from "../environments/app-spec.ts";
import type { OpenDeployment, ReleaseWithImage, Snapshot } from "../environments/snapshot.ts";
import { environmentUrl } from "../environments/url.ts";
import { listening } from "../pipeline-files/apply.ts";
import { pipelineFileOf } from "../pipeline-files/load.ts";
import { archiveFor } from "../registry-archives/keep.ts";
import { resolveVariables } from "../variables/resolve.ts";
import { variableScopesFor } from "../variables/scope.ts";
import type { WorkerContext } from "../workers/context.ts";

const defaultPort = 8080;
const releaseVariables = z.record(z.string(), z.union([z.strictObject({ value: z.string() }), z.strictObject({ secretId: z.uuid() })]));

/**
 * Makes the immutable release a deployment is about: this image with the configuration as it is at this moment. Throws `app_setting_owned`,
 * `app_power_refused` or `invalid_input` for settings that may not be, whichever layer says them.
 */
export async function createRelease(
  tx: Transaction,
  snapshot: Snapshot,
  deployment: OpenDeployment,
  image: { id: string; ports: readonly number[] },
): Promise<string> {
  const { allowedPowers, ...layers } = await loadLayers(tx, { ...snapshot, commit: deployment.commit });
  // What was allowed to the project's own people was not allowed to whoever wrote a pull request.
  const app = settingsOfRelease(layers, snapshot.pullRequestId === null ? allowedPowers : []);
  const { port, healthPath } = listening(snapshot.project, await pipelineFileOf(tx, snapshot.projectId, deployment.commit));
  const settings = {
    variables: await resolveVariables(tx, snapshot),
    instances: snapshot.instances,
    cpus: snapshot.stage.cpus,
    mem: snapshot.stage.mem,
    port: port ?? image.ports[0] ?? defaultPort,
    healthPath,
    app,
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

/** Asked again here, because a commit's file and the list of what is allowed change without the page. */
function settingsOfRelease(layers: StageLayers, allowedPowers: readonly string[]): AppSettings {
  const { settings, sources } = resolveAppSettings(layers);
  const fromFile = Object.entries(layers.file).filter(([name]) =>
    Object.entries(sources).some(([other, source]) => other === name && source === "file"),
  );
  refuseUnfitFile(readAppSettings(Object.fromEntries(fromFile)), allowedPowers);
  refuseUnfit(settings, allowedPowers);
  refuseContradictions(settings, "The app’s settings");
  return beyondDefaults(settings);
}

/** The app that Marathon is asked for: a function of the release and of the wished number of instances alone, so that asking twice changes nothing. */
export async function appSpecOf(context: WorkerContext, snapshot: Snapshot, release: ReleaseWithImage): Promise<AppDefinition> {
  const { image } = release;
  return appDefinitionOf({
    appId: snapshot.appId,
    image: image.pushed ? `${image.repository}@${image.digest}` : image.engineId,
    instances: snapshot.instances,
    release: { ...release, app: readAppSettings(release.app) },
    graceSeconds: snapshot.project.healthTimeoutSeconds,
    host: snapshot.host,
    routeName: routeNameOf(snapshot.appId),
    labels: labelsOf({ instance: context.instance, environmentId: snapshot.id, releaseId: release.id }),
    platform: platformVariables({
      port: release.port,
      url: environmentUrl(context.settings.previewOrigin, snapshot.host),
      project: snapshot.project.slug,
      stage: snapshot.stage.name,
      ref: snapshot.ref?.name ?? (snapshot.pullRequestId === null ? "" : snapshot.slug),
      commit: release.commit,
    }),
    variables: await openVariables(context, release),
    // The registry's password would lie in the sandbox of a stranger's app.
    archiveUri: snapshot.pullRequestId === null ? await archiveFor(context, release) : null,
  });
}

/** The release's own variables, secrets opened. Throws `secret_unreadable` when a sealed version is gone, or is not this environment's. */
export async function openVariables(
  context: WorkerContext,
  release: { readonly environmentId: string; readonly variables: unknown },
): Promise<Record<string, string>> {
  const variables = releaseVariables.parse(release.variables);
  const ids = Object.values(variables).flatMap((variable) => ("secretId" in variable ? [variable.secretId] : []));
  const sealed = new Map((await context.database.sealedSecret.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row]));
  const place =
    ids.length === 0
      ? null
      : await context.database.environment.findUnique({
          where: { id: release.environmentId },
          select: { id: true, projectId: true, stageId: true },
        });
  const opened: Record<string, string> = {};
  for (const [name, variable] of Object.entries(variables)) {
    if ("value" in variable) {
      opened[name] = variable.value;
      continue;
    }
    const row = sealed.get(variable.secretId);
    if (row === undefined || place === null) throw new BerthError("secret_unreadable", { detail: `The value of ${name} is gone.` });
    opened[name] = openSecret(context, row, ...variableScopesFor(place, name));
  }
  return opened;
}
