import type { Problem } from "#lib/core/problem.ts";
import { type DeploymentStatus, steps } from "#lib/core/states.ts";

import { storedProblem } from "../projects/head.ts";

export interface DeploymentSummary {
  readonly id: string;
  readonly number: number;
  readonly status: DeploymentStatus;
  readonly trigger: string;
  readonly commit: string;
  readonly subject: string | null;
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** The title of the step under way. */
  readonly step: string | null;
  /** How long deployments of this project usually take from start to end. */
  readonly usualMs: number | null;
  readonly problem: Problem | null;
}

export const summarySelection = {
  id: true,
  number: true,
  status: true,
  trigger: true,
  commit: true,
  subject: true,
  requestedByName: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
  errorCode: true,
  errorText: true,
  steps: { where: { status: "running" }, select: { name: true } },
} as const;

interface SummaryRow {
  readonly id: string;
  readonly number: number;
  readonly status: DeploymentStatus;
  readonly trigger: string;
  readonly commit: string;
  readonly subject: string | null;
  readonly requestedByName: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly steps: ReadonlyArray<{ readonly name: string }>;
}

export function summaryOf(row: SummaryRow, usual: ReadonlyMap<string, number>): DeploymentSummary {
  const [running] = row.steps;
  return {
    id: row.id,
    number: row.number,
    status: row.status,
    trigger: row.trigger,
    commit: row.commit,
    subject: row.subject,
    requestedBy: row.requestedByName,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    step: running === undefined ? null : stepTitle(running.name),
    usualMs: usual.size === 0 ? null : [...usual.values()].reduce((sum, ms) => sum + ms, 0),
    problem: storedProblem(row.errorCode, row.errorText),
  };
}

export function stepTitle(name: string): string {
  return steps.find((step) => step.name === name)?.title ?? name;
}
