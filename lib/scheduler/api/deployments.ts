import { dropDeployment, revertDeployment } from "../deployments/cancel.ts";
import { type Deployment } from "../deployments/deployment.ts";
import { type Scheduler } from "../scheduler.ts";
import { readinessOf } from "./app-view.ts";
import { deploymentAnswer } from "./apps.ts";
import { type Answer, type Api, type ApiRequest, flag } from "./request.ts";

export function listDeployments({ scheduler }: Api): Answer {
  return { status: 200, json: [...scheduler.state.deployments.values()].map((deployment) => deploymentView(scheduler, deployment)) };
}

function deploymentView(scheduler: Scheduler, deployment: Deployment) {
  const { steps, affectedApps } = deployment.plan;
  const current = steps[deployment.currentStep]?.actions ?? [];
  return {
    id: deployment.id,
    version: deployment.version,
    affectedApps,
    affectedPods: [],
    steps,
    currentActions: current.map(({ action, app }) => ({
      action,
      app,
      readinessCheckResults: readinessOf(scheduler, scheduler.state.alive(app)),
    })),
    currentStep: Math.min(deployment.currentStep + 1, steps.length),
    totalSteps: steps.length,
  };
}

/** Without `force`: a new deployment that restores what was. With: an end where it stands. */
export function cancelDeploymentById({ scheduler, changes }: Api, request: ApiRequest, id: string): Promise<Answer> {
  return changes.run(async () => {
    if (flag(request.query, "force")) {
      await dropDeployment(scheduler, id);
      return { status: 202 };
    }
    return deploymentAnswer(await revertDeployment(scheduler, id, { clientIp: request.clientIp, uri: request.path }));
  });
}
