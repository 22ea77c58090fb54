import type { DeploymentStatus, StepName } from "#lib/core/states.ts";

const triggers: Readonly<Record<string, string>> = {
  preview: "Preview",
  push: "Push",
  redeploy: "Redeploy",
  start: "Start",
  restart: "Restart",
  configuration: "Configuration",
  promotion: "Promotion",
  rollback: "Rollback",
  auto_rollback: "Rollback by Berth",
};

/** What set a deployment going, as a word. */
export function triggerWord(trigger: string): string {
  return triggers[trigger] ?? trigger;
}

const stepVerbs: Readonly<Record<StepName, string>> = {
  queue: "Queued",
  fetch: "Fetching",
  build: "Building",
  push: "Pushing",
  checks: "Checking",
  start: "Starting",
  verify: "Verifying",
  route: "Routing",
};

/** What a deployment is doing: the step under way, given by its name or title, when there is one. */
export function doingWord(status: DeploymentStatus, step: string | null): string | undefined {
  if (step === null || (status !== "queued" && status !== "preparing" && status !== "deploying" && status !== "verifying"))
    return undefined;
  const name = step.toLowerCase();
  return isStep(name) ? stepVerbs[name] : undefined;
}

function isStep(step: string): step is StepName {
  return Object.hasOwn(stepVerbs, step);
}
