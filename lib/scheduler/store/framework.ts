import { randomUUID } from "node:crypto";

import { z } from "zod";

import { type Database } from "./database.ts";

const row = z.object({ instance: z.string(), framework_id: z.string() });

/** The framework id of these tables, made on the first start. Throws when the tables belong to another instance. */
export async function loadFrameworkId(database: Database, instance: string): Promise<string> {
  await database.query("INSERT INTO scheduler.framework (instance, framework_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    instance,
    `${randomUUID()}-0000`,
  ]);
  const [found] = await database.query("SELECT instance, framework_id FROM scheduler.framework");
  const framework = row.parse(found);
  if (framework.instance !== instance) {
    throw new Error(`These scheduler tables belong to the instance "${framework.instance}", not to "${instance}".`);
  }
  return framework.framework_id;
}
