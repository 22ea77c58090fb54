import type { BuildStatus, DeploymentStatus } from "#lib/core/states.ts";
import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { Database, DesiredState, RefKind, StageKind, Transaction } from "#lib/platform/database/client.ts";

import { pipelineStageSelection } from "../promotions/stages.ts";

const deploymentSelection = {
  id: true,
  number: true,
  status: true,
  trigger: true,
  createdAt: true,
  startedAt: true,
  requestedByName: true,
  errorCode: true,
  errorText: true,
  steps: { where: { status: "running" }, select: { name: true, startedAt: true, detail: true } },
  build: { select: { id: true, status: true, createdAt: true, startedAt: true } },
} as const;

const selection = {
  id: true,
  name: true,
  projectId: true,
  desired: true,
  health: true,
  healthDetail: true,
  destroyedAt: true,
  ref: { select: { kind: true, name: true, goneAt: true, commit: true } },
  stage: { select: pipelineStageSelection },
  project: { select: { deletedAt: true, defaultBranch: true, syncErrorCode: true } },
  liveRelease: { select: { number: true, commit: true, image: { select: { removedAt: true } } } },
  deployments: { orderBy: { number: "desc" }, take: 3, select: deploymentSelection },
} as const;

async function find(database: Transaction | Database, id: string) {
  return database.environment.findUnique({ where: { id }, select: selection });
}

/** All that says whether an environment moves, read in one go; null where there is none. */
export async function readFacts(database: Transaction | Database, id: string) {
  const row = await find(database, id);
  return row === null || row.destroyedAt !== null || row.project.deletedAt !== null ? null : row;
}

export interface DeploymentFacts {
  readonly id: string;
  readonly number: number;
  readonly status: DeploymentStatus;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly requestedByName: string | null;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly steps: ReadonlyArray<{ readonly name: string; readonly startedAt: Date | null; readonly detail: string | null }>;
  readonly build: {
    readonly id: string;
    readonly status: BuildStatus;
    readonly createdAt: Date;
    readonly startedAt: Date | null;
  } | null;
}

export interface EnvironmentFacts {
  readonly name: string;
  readonly desired: DesiredState;
  readonly health: string;
  readonly healthDetail: string | null;
  readonly ref: { readonly kind: RefKind; readonly name: string; readonly goneAt: Date | null; readonly commit: string } | null;
  readonly stage: { readonly kind: StageKind; readonly title: string };
  readonly project: { readonly syncErrorCode: string | null };
  readonly liveRelease: {
    readonly number: number;
    readonly commit: string;
    readonly image: { readonly removedAt: Date | null };
  } | null;
  /** The newest first. */
  readonly deployments: readonly DeploymentFacts[];
}

/** The deployment that runs, and the one that waits behind it or for its turn. */
export function openDeployments({ deployments }: Pick<EnvironmentFacts, "deployments">) {
  const open = deployments.filter(({ status }) => openDeploymentStatuses.some((one) => one === status));
  return {
    running: open.find(({ status }) => status !== "queued") ?? null,
    queued: open.find(({ status }) => status === "queued") ?? null,
  };
}
