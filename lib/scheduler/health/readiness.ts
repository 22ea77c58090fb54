import { type ReadinessCheck } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { type Task } from "../tasks/task.ts";
import { askHttp } from "./probe.ts";
import { addressOfEndpoint } from "./target.ts";

export interface ReadinessResult {
  readonly name: string;
  readonly taskId: string;
  readonly ready: boolean;
  readonly lastResponse?: { readonly status: number; readonly contentType: string; readonly body: string };
}

/** Asks a task once whether it is ready. Never rejects: no answer means not ready. */
export async function askReadiness(publishAddress: string, task: Task, check: ReadinessCheck): Promise<ReadinessResult> {
  const result = { name: check.name, taskId: task.id };
  const index = endpointsOf(task.app).findIndex((endpoint) => endpoint.name === check.portName);
  try {
    const address = addressOfEndpoint(publishAddress, task, index);
    const question = { ...address, secure: check.protocol === "HTTPS", path: check.path, limit: Math.max(1, check.timeoutSeconds) * 1_000 };
    const answer = await askHttp(question, check.preserveLastResponse);
    const ready = check.httpStatusCodesForReady.includes(answer.status);
    return { ...result, ready, ...(check.preserveLastResponse ? { lastResponse: answer } : {}) };
  } catch {
    return { ...result, ready: false };
  }
}
