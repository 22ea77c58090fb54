import { createHash } from "node:crypto";

/**
 * What a tester judges beside the image: variables and settings of the app, by name. How many instances there are changes nothing of what was
 * tested, so it has no part in it.
 */
export interface Configuration {
  readonly variables: Fields;
  readonly settings: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

/** One thing that is not as it was when it was judged. */
export interface ConfigurationChange {
  readonly kind: "image" | "variable" | "setting";
  /** The variable's name, or the setting in words. */
  readonly name: string;
  /** Null where nobody wrote it down. */
  readonly by: string | null;
  readonly at: Date | null;
}

interface ReleaseFields {
  readonly variables: unknown;
  readonly cpus: number;
  readonly mem: number;
  readonly port: number;
  readonly healthPath: string;
  readonly app?: unknown;
}

/** The configuration of a release, or of the one that would be made now. */
export function configurationOf(release: ReleaseFields): Configuration {
  const { instances: _instances, ...app } = fieldsOf(release.app);
  const { cpus, mem, port, healthPath } = release;
  return { variables: fieldsOf(release.variables), settings: { ...app, cpus, mem, port, healthPath } };
}

/** The names of what differs, variables first. The order of keys makes no difference. */
export function differencesBetween(one: Configuration, other: Configuration): Array<Pick<ConfigurationChange, "kind" | "name">> {
  return [
    ...differingKeys(one.variables, other.variables).map((name) => ({ kind: "variable" as const, name })),
    ...differingKeys(one.settings, other.settings).map((name) => ({ kind: "setting" as const, name: settingWords(name) })),
  ];
}

/** SHA-256 over the configuration: the same for the same variables and settings, whatever their order. */
export function configurationFingerprint({ variables, settings }: Configuration): string {
  return createHash("sha256")
    .update(canonical([variables, settings]))
    .digest("hex");
}

function differingKeys(one: Fields, other: Fields): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => canonical(valueOf(one, name)) !== canonical(valueOf(other, name))).toSorted();
}

function valueOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : null;
}

/** JSON with its keys in order. What is not there is as good as null. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isFields(value)) return JSON.stringify(value ?? null);
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const known: Readonly<Record<string, string>> = { cpus: "CPUs", mem: "memory", disk: "disk space", healthPath: "health check path" };

function settingWords(name: string): string {
  return known[name] ?? name.replaceAll(/([a-z])([A-Z])/g, (_all, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
