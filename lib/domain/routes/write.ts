import type { Transaction } from "#lib/platform/database/client.ts";

import type { Settings } from "../command.ts";

export interface Target {
  readonly taskId: string;
  readonly host: string;
  readonly port: number;
}

interface Place {
  readonly id: string;
  readonly host: string;
  readonly name: string;
  readonly project: { readonly name: string };
  readonly liveReleaseId: string | null;
}

/** Leads the environment's host to the tasks of a release. One writer, one row, one moment: a request sees the old tasks or the new ones. */
export async function routeTo(tx: Transaction, place: Place, releaseId: string, targets: readonly Target[]): Promise<void> {
  const data = {
    state: "live",
    targets: targets.map((target) => ({ ...target })),
    releaseId,
    note: null,
    link: null,
    changedAt: new Date(),
  };
  await tx.route.upsert({
    where: { environmentId: place.id },
    create: { ...identity(place), ...data },
    update: data,
    select: { host: true },
  });
}

/** Shows a page instead of an app: while something is on its way, has failed or is stopped. Never takes over from a release that answers. */
export async function showPage(
  tx: Transaction,
  settings: Settings,
  place: Place,
  page: { state: "building" | "starting" | "failed" | "stopped"; note: string | null; deploymentId: string | null },
): Promise<void> {
  const link = page.deploymentId === null ? null : `${settings.dashboardOrigin}/deployments/${page.deploymentId}`;
  const data = { state: page.state, targets: [], releaseId: null, note: page.note, link, changedAt: new Date() };
  await tx.route.upsert({
    where: { environmentId: place.id },
    create: { ...identity(place), ...data },
    update: data,
    select: { host: true },
  });
}

/** The page of an environment whose first release is on its way; environments that answer go on answering. */
export async function showWork(
  tx: Transaction,
  settings: Settings,
  place: Place & { readonly route: { readonly state: string } | null },
  state: "building" | "starting",
  note: string,
  deploymentId: string,
): Promise<void> {
  if (place.route?.state === "live") return;
  await showPage(tx, settings, place, { state, note, deploymentId });
}

function identity(place: Place) {
  return { environmentId: place.id, host: place.host, projectName: place.project.name, environmentName: place.name };
}
