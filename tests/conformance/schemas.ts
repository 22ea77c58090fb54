import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type ValidateFunction } from "ajv";
import Ajv from "ajv-draft-04";
import { z } from "zod";

const folder = process.env["BERTH_TEST_MARATHON_SCHEMAS"] ?? "../shared/reference/marathon-schemas";

/** Whether Marathon's own schemas are at hand; tests that need them are skipped otherwise. */
export const hasSchemas = existsSync(folder);

const object = z.record(z.string(), z.unknown());
const versions = ["v0.15.6", "v1.1.7", "v1.3.14", "v1.4.13", "v1.5.15", "v1.6.590", "v1.7.236"] as const;
type SchemaVersion = (typeof versions)[number];

/** What an app or a group breaks of Marathon's own schema; empty when it is valid. */
export interface Schemas {
  app(value: unknown): string[];
  group(value: unknown): string[];
}

export async function loadSchemas(version: SchemaVersion = "v1.7.236"): Promise<Schemas> {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { "date-time": true } });
  const load = async (name: string): Promise<Record<string, unknown>> => {
    const schema = object.parse(JSON.parse(await readFile(join(folder, "schema", version, name), "utf8")));
    // They name no draft; they are of the fourth.
    delete schema["$schema"];
    return schema;
  };
  const group = await load("Group.json");
  const app = await load("AppDefinition.json");
  // A group refers to apps by a path beside its own id.
  const validateApp = ajv.compile(app);
  ajv.addSchema(app, new URL("AppDefinition.json", z.string().parse(group["id"] ?? "schema:/Group.json")).href);
  const validateGroup = ajv.compile(group);
  return { app: (value) => check(validateApp, value), group: (value) => check(validateGroup, value) };
}

function check(validate: ValidateFunction, value: unknown): string[] {
  return validate(value) === true
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""} ${JSON.stringify(error.params)}`);
}

const readOnly = /^(tasks.*|deployments|lastTaskFailure|readinessCheckResults|version|versionInfo)$/;
/** Of Marathon 1.8 and later, which the last published schemas do not know. */
const younger = new Set(["role", "tty"]);

/** An app as it was answered, without what only the server adds. */
export function requestPart(app: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(app).filter(([key]) => !readOnly.test(key) && !younger.has(key)));
}
