import type { Actor } from "../access/policy.ts";
import { type DeploymentSummary, summaryOf, summarySelection } from "../deployments/summary.ts";
import { usualTimes } from "../deployments/usual.ts";
import type { Reader } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type EnvironmentPage, getEnvironment } from "./queries.ts";
import { type ReleaseRow, releaseRowOf } from "./release-row.ts";

const historyLength = 50;

export type EnvironmentHistory = EnvironmentPage & {
  readonly releases: readonly ReleaseRow[];
  readonly deployments: readonly DeploymentSummary[];
};

/** The environment with its newest releases and deployments. */
export async function getEnvironmentHistory(reader: Reader, actor: Actor, slug: string, name: string): Promise<EnvironmentHistory> {
  const page = await getEnvironment(reader, actor, slug, name);
  const [releases, deployments, usual] = await Promise.all([
    reader.database.release.findMany({
      where: { environmentId: page.id },
      orderBy: { number: "desc" },
      take: historyLength,
      select: {
        id: true,
        number: true,
        commit: true,
        createdAt: true,
        createdByName: true,
        servedAt: true,
        image: { select: { digest: true } },
        deployments: { orderBy: { number: "asc" }, take: 1, select: { subject: true, refName: true } },
      },
    }),
    reader.database.deployment.findMany({
      where: { environmentId: page.id },
      orderBy: { number: "desc" },
      take: historyLength,
      select: summarySelection,
    }),
    usualTimes(reader.database, page.project.id, kindsWhere(actor, "view", page.project.id)),
  ]);
  return {
    ...page,
    releases: releases.map((row) => releaseRowOf(row, page.live?.id ?? null)),
    deployments: deployments.map((row) => summaryOf(row, usual)),
  };
}
