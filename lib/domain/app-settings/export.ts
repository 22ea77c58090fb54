import { exportMarathonApp } from "#lib/adapters/marathon/import-app.ts";
import { routingLabels } from "#lib/adapters/marathon/routing-labels.ts";
import type { StageKind } from "#lib/platform/database/client.ts";

import { type AppParts, appDefinitionOf, labelsOf, platformVariables, routeNameOf } from "../environments/app-spec.ts";
import { environmentUrl } from "../environments/url.ts";
import { archivePath, maskedArchiveUri } from "../registry-archives/address.ts";
import type { AppSettings, WholeAppSettings } from "./schema.ts";

export const maskedValue = "********";

/** An environment and the release it is exported with. */
export interface ExportedEnvironment {
  readonly id: string;
  readonly appId: string;
  readonly host: string;
  readonly instances: number;
  readonly project: { readonly slug: string; readonly healthTimeoutSeconds: number };
  readonly stage: { readonly name: string; readonly kind: StageKind };
  readonly ref: { readonly name: string } | null;
  readonly release: {
    readonly id: string;
    readonly commit: string;
    readonly cpus: number;
    readonly mem: number;
    readonly port: number;
    readonly healthPath: string;
    readonly app: AppSettings;
    readonly image: string;
    /** Null: a secret. */
    readonly variables: Readonly<Record<string, string | null>>;
    readonly archived: boolean;
  };
}

/** The labels of a routing, `NAME=value`, for an environment that might be. */
export function exampleLabels(
  { routing }: Pick<WholeAppSettings, "routing">,
  place: { readonly name: string; readonly host: string },
): string[] {
  const labels = routingLabels(routing, { name: place.name, hosts: [place.host], portIndex: 0 });
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

/** What Marathon is sent for an environment, as this version is told it, with secrets and signed addresses masked. */
export function exportedJson(
  environment: ExportedEnvironment,
  settings: { readonly previewOrigin: string; readonly dashboardOrigin: string; readonly instance: string },
  version: string,
): string {
  const { release } = environment;
  const parts: AppParts = {
    appId: environment.appId,
    image: release.image,
    instances: environment.instances,
    release,
    graceSeconds: environment.project.healthTimeoutSeconds,
    host: environment.host,
    routeName: routeNameOf(environment.appId),
    labels: labelsOf({ instance: settings.instance, environmentId: environment.id, releaseId: release.id }),
    platform: platformVariables({
      port: release.port,
      url: environmentUrl(settings.previewOrigin, environment.host),
      project: environment.project.slug,
      stage: environment.stage.name,
      ref: environment.ref?.name ?? "",
      commit: release.commit,
    }),
    variables: Object.fromEntries(Object.entries(release.variables).map(([name, value]) => [name, value ?? maskedValue])),
    archiveUri: release.archived ? maskedArchiveUri(`${settings.dashboardOrigin}${archivePath(release.id, "x".repeat(43))}`) : null,
  };
  return exportMarathonApp(appDefinitionOf(parts), version);
}
