import { changeApps } from "../deployments/change-apps.ts";
import { type Deployment } from "../deployments/deployment.ts";
import { MarathonFailure, appNotFound, notValid } from "../failures.ts";
import { applyUpdate, needsRestart, withVersion } from "../model/app-change.ts";
import { type AppInput, parseAppInput, sentFields } from "../model/app-input.ts";
import { type AppDefinition } from "../model/app.ts";
import { type UnversionedApp } from "../model/defaults.ts";
import { modernise } from "../model/dialect.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { canonicalId, isBelow, problemsWithAppId } from "../model/path-id.ts";
import { assignServicePorts } from "../model/service-ports.ts";
import { refuseUnsupported, validateApp } from "../model/validate-app.ts";
import { type Scheduler } from "../scheduler.ts";
import { findVersion } from "../store/apps.ts";
import { parseTimestamp } from "../timestamps.ts";

export interface WriteOptions {
  readonly force: boolean;
  readonly partial: boolean;
  readonly clientIp: string;
  readonly uri: string;
}

interface Written {
  readonly apps: readonly AppDefinition[];
  readonly created: boolean;
  readonly deployment: Deployment;
}

/** Stores one or more apps as sent, in one deployment. Must run inside the change lock. */
export async function writeApps(
  scheduler: Scheduler,
  sent: readonly { id: string; body: unknown }[],
  options: WriteOptions,
): Promise<Written> {
  const version = scheduler.versions.next();
  const planned = new Map(scheduler.state.apps);
  const upserts: AppDefinition[] = [];
  for (const { id, body } of sent) {
    const problems = problemsWithAppId(id);
    if (problems.length > 0) throw notValid([{ path: "/id", errors: problems }]);
    const app = await nextDefinition(scheduler, { id, input: parseAppInput(body), version, planned, options });
    planned.set(id, app);
    upserts.push(app);
  }
  const created = upserts.some((app) => !scheduler.state.apps.has(app.id));
  const deployment = await changeApps(scheduler, { version, upserts, deletes: [], ...options });
  return { apps: upserts, created, deployment };
}

interface Question {
  readonly id: string;
  readonly input: AppInput;
  readonly version: string;
  /** All apps as they will be, this one not yet among them. */
  readonly planned: ReadonlyMap<string, AppDefinition>;
  readonly options: WriteOptions;
}

/** The whole definition that an update leads to; the present one itself when nothing changes. */
async function nextDefinition(scheduler: Scheduler, question: Question): Promise<AppDefinition> {
  const { id, input, version, planned } = question;
  const current = planned.get(id);
  const app = input.version === undefined ? updated(scheduler, question, current) : await rolledBack(scheduler, id, input);
  refuseSharedName(id, planned);
  const taken = servicePortsOf(planned, id);
  const complete = assignServicePorts(app, current, taken, scheduler.settings.servicePortRange);
  if (current === undefined) return withVersion(complete, version, "config");
  if (needsRestart(current, complete)) return withVersion(complete, version, "config");
  if (current.instances !== complete.instances) return withVersion(complete, version, "scale", current);
  return current;
}

function updated(scheduler: Scheduler, { id, input, options }: Question, current: AppDefinition | undefined): UnversionedApp {
  const update = modernise(input);
  refuseUnsupported(update);
  const app = applyUpdate(current, update, id, options.partial);
  validateApp(app, { hasCommandImage: scheduler.settings.commandImage !== null });
  return app;
}

/** `{"version": …}`: the definition of then, its number of instances included. */
async function rolledBack(scheduler: Scheduler, id: string, input: AppInput): Promise<UnversionedApp> {
  const others = sentFields(input).filter((field) => field !== "version" && field !== "id");
  if (others.length > 0) throw new MarathonFailure("illegal", "The 'version' field may only be combined with the 'id' field.");
  const version = parseTimestamp(input.version ?? "");
  const found = version === null ? null : await findVersion(scheduler.database, id, version);
  if (found === null) throw appNotFound(id, (input.version ?? "").slice(0, 100));
  const { version: _version, versionInfo: _info, ...app } = found;
  return app;
}

/** No app may be called like a group, nor lie below another app. */
function refuseSharedName(id: string, planned: ReadonlyMap<string, AppDefinition>): void {
  for (const other of planned.keys()) {
    if (isBelow(other, id) || isBelow(id, other)) {
      const [group, app] = isBelow(other, id) ? [id, id] : [other, other];
      throw notValid([
        { path: "/id", errors: [`Groups and Applications may not have the same identifier: ${group} is both (app ${app})`] },
      ]);
    }
  }
}

function servicePortsOf(apps: ReadonlyMap<string, AppDefinition>, except: string): Set<number> {
  const ports = new Set<number>();
  for (const [id, app] of apps) {
    if (id === except) continue;
    for (const endpoint of endpointsOf(app)) if (endpoint.servicePort !== 0) ports.add(endpoint.servicePort);
  }
  return ports;
}

/** The absolute id a body names. Throws when it names none. */
export function idFromBody(body: unknown): string {
  const { id } = parseAppInput(body);
  if (id === undefined)
    throw new MarathonFailure("wrongShape", "Invalid JSON", { details: [{ path: "/id", errors: ["error.path.missing"] }] });
  return canonicalId(id);
}
