import { actorOfSession } from "#lib/domain/access/authenticate.ts";
import { listAudit } from "#lib/domain/audit/queries.ts";
import { getBoard } from "#lib/domain/board/queries.ts";
import { getDeployment } from "#lib/domain/deployments/queries.ts";
import { getEnvironmentHistory } from "#lib/domain/environments/history.ts";
import { getInternalNames } from "#lib/domain/environments/internal-names.ts";
import { listEnvironments } from "#lib/domain/environments/queries.ts";
import { getEnvironmentTimeline } from "#lib/domain/environments/timeline.ts";
import { listInbox } from "#lib/domain/inbox/queries.ts";
import { getMeasures } from "#lib/domain/measures/queries.ts";
import { getHome } from "#lib/domain/projects/home.ts";
import { listProjectNames } from "#lib/domain/projects/queries.ts";
import { listRefs } from "#lib/domain/refs/queries.ts";
import { findSide } from "#lib/domain/release-notes/load.ts";
import { getNote, listNotes } from "#lib/domain/release-notes/queries.ts";
import { getUtilisation } from "#lib/domain/utilisation/queries.ts";
import { getEnvironmentVariables, getProjectVariables } from "#lib/domain/variables/queries.ts";
import type { StageKind } from "#lib/platform/database/client.ts";
import { services } from "#lib/server/services.ts";

import type { Matrix } from "./expected.ts";
import { type Eyes, isMember, kindsWith, type Look, slugOf, spotsOf, usual } from "./eyes.ts";
import { looksAtWork } from "./looks-at-work.ts";
import { kinds, type World } from "./world.ts";

/** What somebody is shown in one place, against what the matrix says he is to be shown. */
export interface View {
  readonly name: string;
  /** What is shown and should not be, or the other way round; null: all is well. */
  readonly ask: () => Promise<string | null>;
}

/** The verbs a card offers for what a matrix gives, while a deployment is under way. */
const offered = (eyes: Eyes, kind: StageKind) =>
  [
    ...(eyes.has("deploy", kind) ? ["cancel", "redeploy", "restart", "stop"] : []),
    ...(eyes.has("scale", kind) ? ["scale"] : []),
    ...(eyes.has("configure", kind) ? ["configure"] : []),
    ...(eyes.has("destroy", kind) ? ["destroy"] : []),
  ].toSorted();
/** Where the board says that a card leads: from staging to UAT, where nothing of that tag runs, and from UAT to what production runs. */
function onwardFrom({ has }: Eyes, kind: StageKind) {
  if (kind === "staging" && has("view", "uat")) return { to: "UAT", variables: null, may: has("promote", "uat") };
  if (kind !== "uat" || !has("view", "production")) return null;
  const may = has("promote", "production");
  return { to: "Production", variables: may || has("configure", "production") ? 0 : null, may };
}
const rights = (eyes: Eyes) => ({
  mayAdminister: eyes.who.isAdmin,
  mayPush: eyes.who.isAdmin || eyes.has("deploy", "review"),
  mayConfigure: kindsWith(eyes, "configure").length > 0,
});
const rightsOf = (project: { mayAdminister: boolean; mayPush: boolean; mayConfigure: boolean }) => ({
  mayAdminister: project.mayAdminister,
  mayPush: project.mayPush,
  mayConfigure: project.mayConfigure,
});

const looks: Readonly<Record<string, Look>> = {
  "the list of projects": {
    async shown(actor) {
      const { projects, mayCreate } = await getHome(services(), actor, 50);
      const counted = projects.map(({ slug, environments, cells }) => ({
        slug,
        environments,
        cells: cells
          .filter(({ total }) => total > 0)
          .map(({ kind, places, total }) => `${kind}: ${places.map(({ name }) => name).join()} of ${total}`),
      }));
      return { mayCreate, projects: counted.toSorted((one, other) => one.slug.localeCompare(other.slug)) };
    },
    right(eyes) {
      const total = (count: number) => ({ total: count, healthy: count, failing: 0, building: count });
      const seen = kindsWith(eyes, "view").length;
      const { own: shop } = eyes.world.projects;
      const cells = kindsWith(eyes, "view").map((kind) => `${kind}: ${shop.spots[kind].name} of 1`);
      const own = seen === 0 ? [] : [{ slug: "shop", environments: total(seen), cells }];
      const other = eyes.who.isAdmin || eyes.who.everywhere ? [{ slug: "bakery", environments: total(seen), cells }] : [];
      return { mayCreate: eyes.who.isAdmin, projects: [...other, ...own] };
    },
  },
  "who takes the cluster": {
    async shown(actor) {
      const [cluster] = await getUtilisation(services(), actor, "name");
      return cluster?.takers.projects.map(({ slug, environments }) => ({
        slug,
        environments: environments.map(({ name }) => name).toSorted(),
      }));
    },
    right(eyes) {
      const { own, other } = eyes.world.projects;
      const seen = eyes.who.isAdmin || eyes.who.everywhere ? [other, own] : [own];
      return seen
        .map(({ slug, spots }) => ({
          slug,
          environments: kindsWith(eyes, "view")
            .map((kind) => spots[kind].name)
            .toSorted(),
        }))
        .filter(({ environments }) => environments.length > 0);
    },
  },
  "names inside the cluster": {
    async shown(actor, eyes) {
      const named = [];
      for (const kind of kinds) {
        const names = await getInternalNames(services(), actor, spotsOf(eyes)[kind].environmentId).catch(() => null);
        if (names !== null) named.push(kind);
      }
      return named;
    },
    right: (eyes) => kindsWith(eyes, "view"),
  },
  "the switcher": {
    async shown(actor) {
      const { projects, mayCreate } = await listProjectNames(services(), actor);
      return { mayCreate, projects };
    },
    right(eyes) {
      const { mayAdminister, mayConfigure } = rights(eyes);
      const bakery = { slug: "bakery", name: "bakery", mayAdminister, mayConfigure };
      const shop = { slug: "shop", name: "shop", mayAdminister, mayConfigure };
      return {
        mayCreate: eyes.who.isAdmin,
        projects: [...(eyes.who.isAdmin || eyes.who.everywhere ? [bakery] : []), ...(isMember(eyes) ? [shop] : [])],
      };
    },
  },
  "the board": {
    for: isMember,
    async shown(actor, eyes) {
      const board = await getBoard(services(), actor, slugOf(eyes));
      const columns = board.columns.map(({ stage, total, cards, refs }) => ({
        kind: stage.kind,
        total,
        verbs: cards.map(({ verbs }) => Object.keys(verbs).toSorted()),
        usual: cards.map(({ lastDeployment }) => lastDeployment?.usualMs),
        judge: cards.map(({ mayJudge }) => mayJudge),
        onward: cards.map(({ onward: way }) => way && { to: way.stage.title, variables: way.variables, may: way.mayPromote }),
        refs: refs
          .map(({ name, preview }) => ({ name, preview: preview !== undefined }))
          .toSorted((one, other) => one.name.localeCompare(other.name)),
      }));
      return { ...rightsOf(board.project), columns };
    },
    right: (eyes) => ({
      ...rights(eyes),
      columns: kindsWith(eyes, "view").map((kind) => ({
        kind,
        total: 1,
        verbs: [kind === "review" || kind === "production" ? offered(eyes, kind).filter((verb) => verb !== "cancel") : offered(eyes, kind)],
        usual: [usual(eyes)],
        judge: [(kind === "staging" || kind === "uat") && eyes.has("verdict", kind)],
        onward: [onwardFrom(eyes, kind)],
        refs:
          kind === "review"
            ? [{ name: "issue-2", preview: eyes.has("deploy", kind) }]
            : kind === "staging"
              ? ["v2", "v3", "v9"].map((name) => ({ name, preview: eyes.has("deploy", kind) }))
              : [],
      })),
    }),
  },
  "release notes": {
    for: isMember,
    async shown(actor, eyes) {
      const { own } = eyes.world.projects;
      const { notes, sides } = await listNotes(services(), actor, own.slug);
      const page = await getNote(services(), actor, own.spots.review.openNoteId);
      const found = await Promise.all(
        kinds.map(async (kind) =>
          (await findSide(services().database, actor, own.id, `environment:${own.spots[kind].name}`)) === null ? [] : [kind],
        ),
      );
      return {
        notes: notes.map(({ to }) => to).toSorted(),
        sides: sides.flatMap(({ group, label }) => (group === "Environments" ? [label] : [])).toSorted(),
        comparable: found.flat(),
        mayEdit: page.mayEdit,
      };
    },
    right(eyes) {
      const seen = kindsWith(eyes, "view").map((kind) => spotsOf(eyes)[kind].name);
      return {
        notes: [...seen, ...kinds.map((kind) => `the tag of ${spotsOf(eyes)[kind].name}`)].toSorted(),
        sides: seen.toSorted(),
        comparable: kindsWith(eyes, "view"),
        mayEdit: rights(eyes).mayPush,
      };
    },
  },
  "the measures": {
    for: isMember,
    async shown(actor, eyes) {
      const { measures } = await getMeasures(services(), actor, slugOf(eyes), 7);
      return measures.map(
        ({ name, rows }) =>
          `${name}: ${rows
            .map(({ environment }) => environment)
            .toSorted()
            .join()}`,
      );
    },
    right(eyes) {
      const production = spotsOf(eyes).production.name;
      const reviewed = kindsWith(eyes, "view").filter((kind) => kind === "staging" || kind === "uat");
      const delivery = ["lead_time: ", "frequency: ", `failure_rate: ${production}`, `time_to_restore: ${production}`];
      const review = `review_wait: ${reviewed.map((kind) => spotsOf(eyes)[kind].name).join()}`;
      return [...(eyes.has("view", "production") ? delivery : []), ...(reviewed.length > 0 ? [review] : [])];
    },
  },
  "branches and tags": {
    for: isMember,
    async shown(actor, eyes) {
      const { rows } = await listRefs(services(), actor, slugOf(eyes), {});
      return rows
        .map(({ name, environments, preview, previewStage }) => ({
          name,
          in: environments.map((each) => each.name),
          preview: preview !== undefined,
          previewStage,
        }))
        .toSorted((one, other) => one.name.localeCompare(other.name));
    },
    right(eyes) {
      const first: Readonly<Record<string, StageKind>> = {
        "issue-1": "review",
        "issue-2": "review",
        master: "demo",
        v1: "staging",
        v2: "staging",
        v3: "staging",
        v9: "staging",
      };
      return Object.entries(first).map(([name, kind]) => ({
        name,
        in: kindsWith(eyes, "view")
          .map((each) => spotsOf(eyes)[each])
          .filter((spot) => spot.ref === name)
          .map((spot) => spot.name),
        preview: eyes.has("deploy", kind),
        previewStage: eyes.has("view", kind) ? kind : null,
      }));
    },
  },
  "the list of environments": {
    for: isMember,
    shown: async (actor, eyes) => (await listEnvironments(services(), actor, slugOf(eyes))).map(({ name }) => name).toSorted(),
    right: (eyes) =>
      kindsWith(eyes, "view")
        .map((kind) => spotsOf(eyes)[kind].name)
        .toSorted(),
  },
  "every environment": {
    for: isMember,
    async shown(actor, eyes) {
      const pages = [];
      for (const kind of kindsWith(eyes, "view")) {
        const page = await getEnvironmentHistory(services(), actor, slugOf(eyes), spotsOf(eyes)[kind].name);
        const { timeline } = await getEnvironmentTimeline(services(), actor, slugOf(eyes), spotsOf(eyes)[kind].name);
        pages.push({
          kind,
          ...rightsOf(page.project),
          logs: page.mayReadLogs,
          logUrl: page.logUrl !== null,
          configures: page.mayConfigure,
          usual: [...new Set([page.last?.usualMs, ...page.deployments.map((each) => each.usualMs)])],
          namesVariables: timeline.some(({ message }) => message.includes("OF_ENVIRONMENT")),
        });
      }
      return pages;
    },
    right: (eyes) =>
      kindsWith(eyes, "view").map((kind) => ({
        kind,
        ...rights(eyes),
        logs: eyes.has("logs", kind),
        logUrl: eyes.has("logs", kind),
        configures: eyes.has("configure", kind),
        usual: [usual(eyes)],
        namesVariables: eyes.has("configure", kind),
      })),
  },
  "a deployment whose image was built elsewhere": {
    for: ({ has }) => has("view", "review"),
    async shown(actor, eyes) {
      const page = await getDeployment(services(), actor, spotsOf(eyes).review.sharedDeploymentId);
      return { log: page.log === null ? null : page.log.shared?.includes("production"), usual: page.deployment.usualMs };
    },
    right: (eyes) => ({ log: eyes.has("logs", "review") ? eyes.has("view", "production") : null, usual: usual(eyes) }),
  },
  "every deployment": {
    for: isMember,
    async shown(actor, eyes) {
      const logs = [];
      for (const kind of kindsWith(eyes, "view")) {
        const { log, mayReadLogs } = await getDeployment(services(), actor, spotsOf(eyes)[kind].deploymentId);
        logs.push([kind, log !== null, mayReadLogs]);
      }
      return logs;
    },
    right: (eyes) => kindsWith(eyes, "view").map((kind) => [kind, eyes.has("logs", kind), eyes.has("logs", kind)]),
  },
  "what waits": {
    async shown(actor) {
      const items = await listInbox(services(), actor);
      const unwell = items.some(({ kind }) => kind === "part-unwell");
      const count = (wanted: string) => items.filter(({ kind }) => kind === wanted).length;
      return { unwell, approvals: count("approval-wanted"), failed: count("deployment-failed") };
    },
    right: ({ who, has }) => ({
      unwell: who.isAdmin,
      // What waits for a role waits for those who have it, and an admin has none.
      approvals: who.isAdmin ? kinds.length * 2 : kinds.filter((kind) => has("promote", kind)).length * (who.everywhere ? 2 : 1),
      failed:
        who.name === "developer" ? ["review", "production"].filter((kind) => kind === "review" || has("view", "production")).length : 0,
    }),
  },
  "entries about variables": {
    async shown(actor) {
      const { rows } = await listAudit(services(), actor, { action: "variable.set" }, { perPage: 100 });
      const entries = rows.filter(({ actor: { name } }) => name === "Vera");
      return entries.map(({ environment }) => environment?.name).toSorted();
    },
    right: (eyes) =>
      kindsWith(eyes, "configure")
        .map((kind) => spotsOf(eyes)[kind].name)
        .toSorted(),
  },
  variables: {
    for: (eyes) => kindsWith(eyes, "configure").length > 0,
    async shown(actor, eyes) {
      const { variables, stages } = await getProjectVariables(services(), actor, slugOf(eyes));
      const own = [];
      for (const kind of kindsWith(eyes, "configure"))
        own.push(
          (await getEnvironmentVariables(services(), actor, slugOf(eyes), spotsOf(eyes)[kind].name)).variables
            .map(({ value }) => value)
            .toSorted(),
        );
      return { values: variables.map(({ value }) => value).toSorted(), stages: stages.map(({ name }) => name), own };
    },
    right: (eyes) => ({
      values: [...kindsWith(eyes, "configure").map((kind) => `stage ${kind}`), "wide of shop"].toSorted(),
      stages: kindsWith(eyes, "configure"),
      own: kindsWith(eyes, "configure").map((kind) =>
        [`environment ${spotsOf(eyes)[kind].name}`, `stage ${kind}`, "wide of shop"].toSorted(),
      ),
    }),
  },
  "the audit log": {
    async shown(actor) {
      const { rows, mayVerify } = await listAudit(services(), actor, { action: "environment.stop" }, { perPage: 100 });
      return {
        mayVerify,
        about: [
          ...new Set(rows.filter((row) => row.actor.name === "Ada").map((row) => `${row.project?.slug} ${row.environment?.name}`)),
        ].toSorted(),
      };
    },
    right(eyes) {
      const { own, other, deleted } = eyes.world.projects;
      const places = eyes.who.isAdmin ? [own, other, deleted] : eyes.who.everywhere ? [own, other] : [own];
      const about = places.flatMap(({ slug, spots }) =>
        kindsWith(eyes, "view").map((kind) => `${slug === deleted.slug ? undefined : slug} ${spots[kind].name}`),
      );
      return { mayVerify: eyes.who.isAdmin, about: about.toSorted() };
    },
  },
};

/** Everything that is shown to everybody with a session. */
export function viewsOf(world: World, matrix: Matrix): View[] {
  return world.people
    .filter((who) => who.lives && who.session !== null)
    .flatMap((who) => {
      const eyes: Eyes = { who, world, has: (verb, kind) => who.isAdmin || matrix(who.roles, kind).has(verb) };
      return Object.entries({ ...looks, ...looksAtWork })
        .filter(([, look]) => look.for?.(eyes) !== false)
        .map(([name, look]) => ({ name: `${name}, as ${who.name}`, ask: () => compare(look, eyes) }));
    });
}

async function compare(look: Look, eyes: Eyes): Promise<string | null> {
  const actor = await actorOfSession(services().database, eyes.who.session ?? "", { ip: null, requestId: null });
  if (actor === null) return "nobody is signed in";
  const [shown, right] = [JSON.stringify(await look.shown(actor, eyes)), JSON.stringify(look.right(eyes))];
  return shown === right ? null : `shown ${shown}\n    right ${right}`;
}
