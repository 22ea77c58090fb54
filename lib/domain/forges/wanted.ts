import type { CommitStatus } from "#lib/adapters/forges/forge.ts";
import type { Database } from "#lib/platform/database/client.ts";

import type { Settings } from "../command.ts";
import { environmentUrl } from "../environments/url.ts";
import { standingsOf } from "../verdicts/standing.ts";
import { commentOf, type CommentedEnvironment } from "./comment.ts";

/** What the forge should know: statuses of commits, and a comment per branch with a pull request. A function of our rows alone. */
export interface Wanted {
  readonly statuses: readonly CommitStatus[];
  readonly comments: ReadonlyArray<{ readonly branch: string; readonly commit: string; readonly body: string; readonly marker: string }>;
}

/** What ended longer ago was told when it happened. */
const recentHours = 24;
const mostEnvironments = 200;

type Deployed = Awaited<ReturnType<typeof readDeployed>>[number];

/** Reads what is to be told of a project. */
export async function wantedOf(
  database: Database,
  settings: Settings,
  project: { readonly id: string; readonly slug: string },
): Promise<Wanted> {
  const environments = await readDeployed(database, project.id);
  const standings = await standingsOf(
    database,
    environments.map(({ id }) => id),
  );
  const builds = await readBuilds(database, project.id);
  const statuses: CommitStatus[] = builds.map(({ commit, status }) => ({
    commit,
    context: "berth/build",
    ...buildWords(status),
    url: `${settings.dashboardOrigin}/p/${encodeURIComponent(project.slug)}`,
  }));
  for (const environment of environments) {
    const deployment = deploymentStatus(settings, environment);
    if (deployment !== null) statuses.push(deployment);
    const standing = standings.get(environment.id);
    if (standing !== undefined && standing.state !== "none")
      statuses.push({
        commit: standing.verdict.commit,
        context: `berth/verdict/${environment.name}`,
        ...verdictWords[standing.state],
        url: pageOf(settings, project.slug, environment.name),
      });
  }
  return { statuses, comments: commentsOf(settings, project, environments, (id) => standings.get(id)?.state ?? "none") };
}

function readBuilds(database: Database, projectId: string) {
  return database.build.findMany({
    where: {
      projectId,
      status: { notIn: ["cancelled", "superseded"] },
      OR: [{ endedAt: null }, { endedAt: { gt: recent() } }],
    },
    distinct: ["commit"],
    orderBy: [{ commit: "asc" }, { createdAt: "desc" }],
    take: mostEnvironments,
    select: { commit: true, status: true },
  });
}

function readDeployed(database: Database, projectId: string) {
  return database.environment.findMany({
    where: { projectId, OR: [{ changedAt: { gt: recent() } }, { deployments: { some: { createdAt: { gt: recent() } } } }] },
    orderBy: { changedAt: "desc" },
    take: mostEnvironments,
    select: {
      id: true,
      name: true,
      host: true,
      desired: true,
      destroyedAt: true,
      liveReleaseId: true,
      ref: { select: { kind: true, name: true } },
      deployments: {
        where: { status: { not: "superseded" } },
        orderBy: { number: "desc" },
        take: 1,
        select: { id: true, number: true, commit: true, status: true, errorText: true },
      },
    },
  });
}

const recent = () => new Date(Date.now() - recentHours * 3_600_000);

function buildWords(status: string): Pick<CommitStatus, "state" | "description"> {
  if (status === "built") return { state: "success", description: "The image is built" };
  if (status === "failed") return { state: "failure", description: "The image could not be built" };
  return { state: "pending", description: "The image is being built" };
}

function deploymentStatus(settings: Settings, environment: Deployed): CommitStatus | null {
  const [deployment] = environment.deployments;
  if (deployment === undefined || deployment.status === "cancelled") return null;
  const common = { commit: deployment.commit, context: `berth/${environment.name}` };
  const page = `${settings.dashboardOrigin}/deployments/${deployment.id}`;
  if (deployment.status === "live")
    return environment.destroyedAt === null && environment.desired === "running"
      ? { ...common, state: "success", description: "It is running", url: environmentUrl(settings.previewOrigin, environment.host) }
      : { ...common, state: "success", description: "It ran", url: page };
  if (deployment.status === "failed") return { ...common, state: "failure", description: "The deployment failed", url: page };
  return { ...common, state: "pending", description: "It is being deployed", url: page };
}

const verdictWords = {
  approved: { state: "success", description: "Approved" },
  rejected: { state: "failure", description: "Rejected" },
  not_testable: { state: "failure", description: "Not testable" },
  void: { state: "pending", description: "The verdict counts no more" },
} as const;

function commentsOf(
  settings: Settings,
  project: { readonly id: string; readonly slug: string },
  environments: readonly Deployed[],
  standing: (id: string) => string,
): Wanted["comments"] {
  const byBranch = new Map<string, CommentedEnvironment[]>();
  for (const environment of environments.toSorted((one, other) => one.name.localeCompare(other.name))) {
    const [deployment] = environment.deployments;
    if (environment.ref?.kind !== "branch" || deployment === undefined) continue;
    const rows = byBranch.get(environment.ref.name) ?? [];
    rows.push({
      name: environment.name,
      page: pageOf(settings, project.slug, environment.name),
      url: environmentUrl(settings.previewOrigin, environment.host),
      commit: deployment.commit,
      state:
        environment.destroyedAt !== null || environment.desired === "destroyed"
          ? "gone"
          : environment.desired === "stopped"
            ? "stopped"
            : deployment.status,
      answers: environment.liveReleaseId !== null && environment.desired === "running" && environment.destroyedAt === null,
      verdict: standing(environment.id),
    });
    byBranch.set(environment.ref.name, rows);
  }
  const marker = `<!-- berth ${project.id} -->`;
  return [...byBranch].map(([branch, rows]) => ({
    branch,
    commit: rows[0]?.commit ?? "",
    marker,
    body: commentOf(marker, rows),
  }));
}

function pageOf(settings: Settings, slug: string, name: string): string {
  const slash = name.indexOf("/");
  const [stage, ref] = slash === -1 ? [name, "~"] : [name.slice(0, slash), name.slice(slash + 1)];
  return `${settings.dashboardOrigin}/p/${encodeURIComponent(slug)}/e/${encodeURIComponent(stage)}/${encodeURIComponent(ref)}`;
}
