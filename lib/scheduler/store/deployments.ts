import { z } from "zod";

import { type Deployment, planSchema, progressSchema } from "../deployments/deployment.ts";
import { type Database, type Query } from "./database.ts";

const deploymentRow = z.object({
  id: z.string(),
  version: z.date(),
  plan: planSchema,
  current_step: z.number(),
  progress: progressSchema,
});

/** The running deployments, oldest first. */
export async function loadDeployments(database: Database): Promise<Deployment[]> {
  const rows = await database.query("SELECT id, version, plan, current_step, progress FROM scheduler.deployment ORDER BY version");
  return rows.map((row) => {
    const { current_step: currentStep, version, ...rest } = deploymentRow.parse(row);
    return { ...rest, version: version.toISOString(), currentStep };
  });
}

export async function insertDeployment(query: Query, deployment: Deployment): Promise<void> {
  await query("INSERT INTO scheduler.deployment (id, version, plan, current_step, progress) VALUES ($1, $2, $3, $4, $5)", [
    deployment.id,
    deployment.version,
    JSON.stringify(deployment.plan),
    deployment.currentStep,
    JSON.stringify(deployment.progress),
  ]);
}

export async function hasDeployment(database: Database, id: string): Promise<boolean> {
  return (await database.query("SELECT 1 FROM scheduler.deployment WHERE id = $1", [id])).length > 0;
}

export async function saveProgress(database: Database, deployment: Deployment): Promise<void> {
  await database.query("UPDATE scheduler.deployment SET current_step = $2, progress = $3 WHERE id = $1", [
    deployment.id,
    deployment.currentStep,
    JSON.stringify(deployment.progress),
  ]);
}

export async function deleteDeployment(query: Query, id: string): Promise<void> {
  await query("DELETE FROM scheduler.deployment WHERE id = $1", [id]);
}
