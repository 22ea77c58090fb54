import { changeApps } from "../deployments/change-apps.ts";
import { type Deployment } from "../deployments/deployment.ts";
import { type Draft, beginDraft, changesOf, portsTakenFrom, putApp } from "../deployments/draft.ts";
import { MarathonFailure, appNotFound, notValid } from "../failures.ts";
import { applyUpdate, needsRestart, withVersion } from "../model/app-change.ts";
import { type AppInput, parseAppInput, sentFields } from "../model/app-input.ts";
import { type AppDefinition } from "../model/app.ts";
import { type UnversionedApp } from "../model/defaults.ts";
import { modernise } from "../model/dialect.ts";
import { canonicalId, problemsWithAppId } from "../model/path-id.ts";
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
  const draft = beginDraft(scheduler.state, version);
  const apps: AppDefinition[] = [];
  for (const { id, body } of sent) {
    apps.push(await draftApp(scheduler, draft, { id, input: parseAppInput(body), partial: options.partial }));
  }
  const created = apps.some((app) => !scheduler.state.apps.has(app.id));
  const { force, clientIp, uri } = options;
  const deployment = await changeApps(scheduler, { version, ...changesOf(draft), force, clientIp, uri });
  return { apps, created, deployment };
}

export interface SentApp {
  /** Absolute. */
  readonly id: string;
  readonly input: AppInput;
  readonly partial: boolean;
}

/** Puts the definition an app leads to into a draft, and answers it; the present one itself when nothing changes. */
export async function draftApp(scheduler: Scheduler, draft: Draft, sent: SentApp): Promise<AppDefinition> {
  const { id, input } = sent;
  const problems = problemsWithAppId(id);
  if (problems.length > 0) throw notValid([{ path: "/id", errors: problems }]);
  const current = draft.before.apps.get(id);
  const app = input.version === undefined ? updated(scheduler, sent, current) : await rolledBack(scheduler, id, input);
  return draftDefinition(scheduler, draft, app);
}

/** Puts a whole definition into a draft: with service ports, and with the version that its changes call for. */
export function draftDefinition(scheduler: Scheduler, draft: Draft, app: UnversionedApp): AppDefinition {
  const current = draft.before.apps.get(app.id);
  const complete = assignServicePorts(app, current, portsTakenFrom(draft, app.id), scheduler.settings.servicePortRange);
  const next = versioned(complete, current, draft.version);
  putApp(draft, next);
  return next;
}

function versioned(app: UnversionedApp, current: AppDefinition | undefined, version: string): AppDefinition {
  if (current === undefined || needsRestart(current, app)) return withVersion(app, version, "config");
  return current.instances === app.instances ? current : withVersion(app, version, "scale", current);
}

function updated(scheduler: Scheduler, { id, input, partial }: SentApp, current: AppDefinition | undefined): UnversionedApp {
  const update = modernise(input);
  refuseUnsupported(update);
  const app = applyUpdate(current, update, id, partial);
  const { commandImage, volumes, pidsLimit } = scheduler.settings;
  validateApp(app, { hasCommandImage: commandImage !== null, volumes, pidsLimit });
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

/** The absolute id a body names. Throws when it names none. */
export function idFromBody(body: unknown): string {
  const { id } = parseAppInput(body);
  if (id === undefined)
    throw new MarathonFailure("wrongShape", "Invalid JSON", { details: [{ path: "/id", errors: ["error.path.missing"] }] });
  return canonicalId(id);
}
