import { type Database, Prisma, type Transaction } from "#lib/platform/database/client.ts";

import { beyondDefaults, readAppSettings, resolveAppSettings } from "../app-settings/resolve.ts";
import { listening } from "../pipeline-files/apply.ts";
import { readStoredFile } from "../pipeline-files/load.ts";
import { type Configuration, type ConfigurationChange, configurationOf, differencesBetween } from "./configuration.ts";
import { type VariableFacts, readVariableFacts } from "./variable-facts.ts";

const defaultPort = 8080;

/** What is live in an environment, and the configuration that the next deployment there would take. */
export interface Live {
  readonly environmentId: string;
  readonly releaseId: string;
  readonly releaseNumber: number;
  readonly imageId: string;
  readonly imageDigest: string;
  readonly commit: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly configuration: Configuration;
  readonly pending: Configuration;
  readonly facts: VariableFacts;
}

export interface ReleaseJson {
  readonly variables: unknown;
  readonly cpus: number;
  readonly mem: number;
  readonly port: number;
  readonly healthPath: string;
  readonly app: unknown;
}

/** What a release made now of the same image would be made from, beside its variables. */
interface Sources {
  readonly file: unknown;
  readonly project: unknown;
  readonly stage: unknown;
  readonly port: number | null;
  readonly healthPath: string;
  readonly imagePort: number | null;
}

interface Row extends Omit<Live, "configuration" | "pending" | "facts"> {
  readonly projectId: string;
  readonly stageId: string;
  readonly pullRequestId: string | null;
  readonly live: ReleaseJson;
  readonly size: { readonly cpus: number; readonly mem: number };
  readonly sources: Sources;
}

/** A release's fields as `configurationOf` takes them. */
export function releaseJson(alias: "j" | "l"): Prisma.Sql {
  const row = Prisma.raw(alias);
  return Prisma.sql`jsonb_build_object('variables', ${row}.variables, 'cpus', ${row}.cpus, 'mem', ${row}.mem, 'port', ${row}.port,
    'healthPath', ${row}.health_path, 'app', ${row}.app)`;
}

/** What is live in environments by id; those where nothing is are absent. Two statements, whatever their number. */
export async function readLive(
  database: Pick<Transaction | Database, "$queryRaw" | "variable">,
  environmentIds: readonly string[],
): Promise<Map<string, Live>> {
  if (environmentIds.length === 0) return new Map();
  const rows = await database.$queryRaw<Row[]>`
    SELECT e.id AS "environmentId", e.project_id AS "projectId", e.stage_id AS "stageId", e.pull_request_id AS "pullRequestId", l.id AS "releaseId", l.number AS "releaseNumber",
      i.id AS "imageId", i.digest AS "imageDigest", l.commit, l.created_at AS "createdAt", l.created_by_name AS "createdBy",
      ${releaseJson("l")} AS live,
      jsonb_build_object('cpus', s.cpus, 'mem', s.mem) AS size,
      jsonb_build_object('file', f.parsed, 'project', p.app_settings, 'stage', s.app_settings, 'port', p.port, 'healthPath', p.health_path,
        'imagePort', i.ports[1]) AS sources
    FROM environment e JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id
    JOIN release l ON l.id = e.live_release_id JOIN image i ON i.id = l.image_id
    LEFT JOIN pipeline_file f ON f.project_id = e.project_id AND f.commit = l.commit
    WHERE e.id = ANY(${[...environmentIds]}::uuid[]) AND e.destroyed_at IS NULL`;
  const places = rows.map(({ environmentId, stageId, projectId, pullRequestId }) => ({
    id: environmentId,
    stageId,
    projectId,
    pullRequestId,
  }));
  const variables = await readVariableFacts(database, places);
  // Environments of one stage have the same sources: each kind is worked out once.
  const known = new Map<string, SettingsNow>();
  const settingsOf = (sources: Sources) => {
    const key = JSON.stringify(sources);
    const settings = known.get(key) ?? settingsNow(sources);
    known.set(key, settings);
    return settings;
  };
  return new Map(
    rows.map((row) => {
      const facts = variables.get(row.environmentId) ?? { variables: {}, changes: new Map() };
      const { environmentId, releaseId, releaseNumber, imageId, imageDigest, commit, createdAt, createdBy } = row;
      const release = { environmentId, releaseId, releaseNumber, imageId, imageDigest, commit, createdAt, createdBy };
      const pending = configurationOf({ ...row.size, ...settingsOf(row.sources), variables: facts.variables });
      return [environmentId, { ...release, configuration: configurationOf(row.live), pending, facts }];
    }),
  );
}

type SettingsNow = Pick<ReleaseJson, "port" | "healthPath" | "app">;

/** The same as `createRelease` makes; a test holds the two against each other. */
function settingsNow(sources: Sources): SettingsNow {
  const file = readStoredFile(sources.file);
  const layers = { file: file?.app ?? {}, project: readAppSettings(sources.project), stage: readAppSettings(sources.stage) };
  const { port, healthPath } = listening(sources, file);
  return { port: port ?? sources.imagePort ?? defaultPort, healthPath, app: beyondDefaults(resolveAppSettings(layers).settings) };
}

/** What differs between a configuration and others, each named once, with who changed it where it is known. */
export function changesSince(one: Configuration, others: readonly Configuration[], facts: VariableFacts): ConfigurationChange[] {
  const found = new Map<string, ConfigurationChange>();
  for (const other of others)
    for (const { kind, name } of differencesBetween(one, other)) {
      const change = kind === "variable" ? facts.changes.get(name) : undefined;
      found.set(`${kind} ${name}`, { kind, name, by: change?.by ?? null, at: change?.at ?? null });
    }
  return [...found.values()];
}
