import type { Answer } from "./knock.ts";
import { askAction, askApi, askGit, askPage, askStream, askWay } from "./knock.ts";
import type { Target } from "./target.ts";
import type { Who, World } from "./world.ts";

/** What a knock needs beside its target: things that every world has once. */
export interface Given extends Pick<World, "somebody" | "group"> {
  /** A token and a session of the one who knocks, to end. */
  readonly ownToken: string;
  readonly ownSession: string;
  readonly matrix: { readonly matrix: unknown; readonly fingerprint: string };
  readonly ownMatrix: { readonly matrix: unknown; readonly fingerprint: string };
}

type Knock = (who: Who, target: Target, given: Given) => Promise<Answer>;

const part = encodeURIComponent;
const api =
  (method: string, path: (target: Target, given: Given) => string, body?: (target: Target, given: Given) => unknown): Knock =>
  (who, target, given) =>
    askApi(who, method, path(target, given), body?.(target, given));

const inProject =
  (rest = "") =>
  (target: Target) =>
    `/projects/${part(target.slug)}${rest}`;
const ofEnvironment =
  (rest = "") =>
  (target: Target) =>
    `/environments/${part(target.spot.environmentId)}${rest}`;
const ofDeployment =
  (rest = "") =>
  (target: Target) =>
    `/deployments/${part(target.spot.deploymentId)}${rest}`;
const ofPerson =
  (rest = "") =>
  (_target: Target, { somebody }: Given) =>
    `/people/${somebody.id}${rest}`;
const ofGroup =
  (rest = "") =>
  (_target: Target, { group }: Given) =>
    `/groups/${group.id}${rest}`;
const fixed = (path: string) => () => path;

const operationKnocks: Readonly<Record<string, Knock>> = {
  acceptInvitation: api("POST", fixed("/invitations/accept"), () => ({
    code: "x".repeat(43),
    name: "X",
    password: "quay harbour lantern",
  })),
  addGroupMember: api("PUT", (_target, { group, somebody }) => `/groups/${group.id}/members/${somebody.id}`),
  cancelDeployment: api("POST", ofDeployment("/cancel")),
  createEnvironment: api("POST", inProject("/environments"), ({ spot }) => ({ stage: spot.stageName, ref: spot.ref })),
  createGroup: api("POST", fixed("/groups"), () => ({ name: `Group ${Math.random()}` })),
  createPerson: api("POST", fixed("/people"), () => ({ email: `${Math.random()}@example.org`, name: "New" })),
  createProject: api("POST", fixed("/projects"), () => ({ name: "New" })),
  createSample: api("POST", fixed("/sample")),
  createShareLink: api("POST", ofEnvironment("/share-links"), () => ({ note: "For a visitor", expiresInHours: 1 })),
  createToken: api("POST", fixed("/tokens"), () => ({ name: "Another" })),
  deleteGroup: api("DELETE", ofGroup()),
  deleteProject: api("DELETE", inProject()),
  deleteVariable: api("DELETE", ({ spot }) => `/variables/${part(spot.variableId)}`),
  destroyEnvironment: api("DELETE", ofEnvironment()),
  getDefaultPermissions: api("GET", fixed("/permissions")),
  getDeployment: api("GET", ofDeployment()),
  getDeploymentLog: api("GET", ofDeployment("/log")),
  getEnvironment: api("GET", ofEnvironment()),
  getGroup: api("GET", ofGroup()),
  getPermissions: api("GET", inProject("/permissions")),
  getPerson: api("GET", ofPerson()),
  getProject: api("GET", inProject()),
  invitePerson: api("POST", ofPerson("/invitations")),
  listEnvironments: api("GET", inProject("/environments")),
  listGroups: api("GET", fixed("/groups")),
  listMembers: api("GET", inProject("/members")),
  listPeople: api("GET", fixed("/people")),
  listProjects: api("GET", fixed("/projects")),
  listRefs: api("GET", inProject("/refs")),
  listAudit: api("GET", fixed("/audit")),
  listShareLinks: api("GET", ofEnvironment("/share-links")),
  listTokens: api("GET", fixed("/tokens")),
  listVariables: api("GET", inProject("/variables")),
  redeployEnvironment: api("POST", ofEnvironment("/redeploy")),
  resetDelayOfEnvironment: api("POST", ofEnvironment("/reset-delay")),
  restartEnvironment: api("POST", ofEnvironment("/restart")),
  scaleEnvironment: api("POST", ofEnvironment("/scale"), () => ({ instances: 2 })),
  removeGroupMember: api("DELETE", (_target, { group, somebody }) => `/groups/${group.id}/members/${somebody.id}`),
  revokeInvitation: api("DELETE", ofPerson("/invitations")),
  revokePersonToken: api("DELETE", (_target, { somebody }) => `/people/${somebody.id}/tokens/${somebody.tokenId}`),
  revokeShareLink: api("DELETE", ({ spot }) => `/share-links/${part(spot.shareLinkId)}`),
  revokeToken: api("DELETE", (_target, { ownToken }) => `/tokens/${ownToken}`),
  setDefaultPermissions: api("PUT", fixed("/permissions"), (_target, { matrix }) => matrix),
  setMember: api("PUT", inProject("/members"), (_target, { somebody }) => ({ email: somebody.email, roles: ["tester"] })),
  setPermissions: api("PUT", inProject("/permissions"), (_target, { ownMatrix }) => ({ matrix: null, fingerprint: ownMatrix.fingerprint })),
  setVariable: api("PUT", inProject("/variables"), ({ spot }) => ({
    scope: "environment",
    environment: spot.environmentId,
    name: "NEW",
    value: "1",
  })),
  signOutPerson: api("DELETE", ofPerson("/sessions")),
  startEnvironment: api("POST", ofEnvironment("/start")),
  stopEnvironment: api("POST", ofEnvironment("/stop")),
  syncProject: api("POST", inProject("/sync")),
  unlinkIdentity: api("DELETE", ofPerson("/identities/oidc")),
  updateGroup: api("PATCH", ofGroup(), () => ({ name: "Renamed" })),
  updatePerson: api("PATCH", ofPerson(), () => ({ name: "Renamed" })),
  updateProject: api("PATCH", inProject(), () => ({ name: "Renamed" })),
  verifyAudit: api("GET", fixed("/audit/verify")),
};

type Action = Parameters<typeof askAction>[1];
type Fields = (target: Target, given: Given) => Readonly<Record<string, string>>;

const action =
  (load: () => Promise<Readonly<Record<string, Action>>>, name: string, fields: Fields): Knock =>
  async (who, target, given) => {
    const found = (await load())[name];
    if (found === undefined) throw new Error(`There is no action ${name}`);
    return askAction(who, found, fields(target, given));
  };

const access = () => import("../../../app/actions/access.ts");
const environments = () => import("../../../app/actions/environments.ts");
const audit = () => import("../../../app/actions/audit.ts");
const groups = () => import("../../../app/actions/groups.ts");
const members = () => import("../../../app/actions/members.ts");
const people = () => import("../../../app/actions/people.ts");
const permissions = () => import("../../../app/actions/permissions.ts");
const projects = () => import("../../../app/actions/projects.ts");
const shareLinks = () => import("../../../app/actions/share-links.ts");
const variables = () => import("../../../app/actions/variables.ts");
const viewAs = () => import("../../../app/actions/view-as.ts");

const none: Fields = () => ({});
const theEnvironment: Fields = ({ spot }) => ({ environment: spot.environmentId });
const theProject: Fields = ({ slug }) => ({ project: slug });
const theGroup: Fields = (_target, { group }) => ({ group: group.id });
const thePerson: Fields = (_target, { somebody }) => ({ person: somebody.id });

const actionKnocks: Readonly<Record<string, Knock>> = {
  "access#changePassword": action(access, "changePassword", () => ({ current: "not it", password: "quay harbour lantern" })),
  "access#createToken": action(access, "createToken", () => ({ name: "Another" })),
  "access#endSession": action(access, "endSession", (_target, { ownSession }) => ({ id: ownSession })),
  "access#revokeToken": action(access, "revokeToken", (_target, { ownToken }) => ({ id: ownToken })),
  "access#setUp": action(access, "setUp", () => ({ code: "X", name: "X", email: "x@example.org", password: "quay harbour lantern" })),
  "access#signIn": action(access, "signIn", () => ({ email: "nobody@example.org", password: "quay harbour lantern" })),
  "access#signOut": action(access, "signOut", none),
  "audit#verifyAudit": action(audit, "verifyAudit", none),
  "groups#createGroup": action(groups, "createGroup", () => ({ name: `Group ${Math.random()}` })),
  "groups#updateGroup": action(groups, "updateGroup", (_target, { group }) => ({ group: group.id, name: "Renamed" })),
  "groups#deleteGroup": action(groups, "deleteGroup", theGroup),
  "groups#addGroupMember": action(groups, "addGroupMember", (_target, { group, somebody }) => ({ group: group.id, email: somebody.email })),
  "groups#removeGroupMember": action(groups, "removeGroupMember", (_target, { group, somebody }) => ({
    group: group.id,
    person: somebody.id,
  })),
  "share-links#createShareLink": action(shareLinks, "createShareLink", ({ spot }) => ({
    environment: spot.environmentId,
    note: "For a visitor",
    expiresInHours: "1",
  })),
  "share-links#revokeShareLink": action(shareLinks, "revokeShareLink", ({ spot }) => ({ id: spot.shareLinkId })),
  "environments#cancelDeployment": action(environments, "cancelDeployment", ({ spot }) => ({ deployment: spot.deploymentId })),
  "environments#destroy": action(environments, "destroy", theEnvironment),
  "environments#preview": action(environments, "preview", ({ slug, spot }) => ({ project: slug, stage: spot.stageName, ref: spot.ref })),
  "environments#redeploy": action(environments, "redeploy", theEnvironment),
  "environments#resetDelay": action(environments, "resetDelay", theEnvironment),
  "environments#restart": action(environments, "restart", theEnvironment),
  "environments#scale": action(environments, "scale", ({ spot }) => ({ environment: spot.environmentId, instances: "2" })),
  "environments#start": action(environments, "start", theEnvironment),
  "environments#stop": action(environments, "stop", theEnvironment),
  "members#setMemberRoles": action(members, "setMemberRoles", ({ slug }, { somebody }) => ({
    project: slug,
    email: somebody.email,
    role: "tester",
  })),
  "people#createPerson": action(people, "createPerson", () => ({ email: `${Math.random()}@example.org`, name: "New" })),
  "people#updatePerson": action(people, "updatePerson", (_target, { somebody }) => ({ person: somebody.id, name: "Renamed" })),
  "people#invitePerson": action(people, "invitePerson", thePerson),
  "people#revokeInvitation": action(people, "revokeInvitation", thePerson),
  "people#signOutPerson": action(people, "signOutPerson", thePerson),
  "people#revokePersonToken": action(people, "revokePersonToken", (_target, { somebody }) => ({
    person: somebody.id,
    token: somebody.tokenId,
  })),
  "people#unlinkIdentity": action(people, "unlinkIdentity", (_target, { somebody }) => ({ person: somebody.id, provider: "oidc" })),
  "people#acceptInvitation": action(people, "acceptInvitation", () => ({
    code: "x".repeat(43),
    name: "X",
    password: "quay harbour lantern",
  })),
  "permissions#giveUpOwnPermissions": action(permissions, "giveUpOwnPermissions", ({ slug }, { ownMatrix }) => ({
    project: slug,
    fingerprint: ownMatrix.fingerprint,
  })),
  "permissions#saveDefaultPermissions": action(permissions, "saveDefaultPermissions", (_target, { matrix }) => ({
    fingerprint: matrix.fingerprint,
    matrix: JSON.stringify(matrix.matrix),
  })),
  "permissions#saveProjectPermissions": action(permissions, "saveProjectPermissions", ({ slug }, { ownMatrix }) => ({
    project: slug,
    fingerprint: ownMatrix.fingerprint,
    matrix: JSON.stringify(ownMatrix.matrix),
  })),
  "projects#createProject": action(projects, "createProject", () => ({ name: "New" })),
  "projects#createSample": action(projects, "createSample", none),
  "projects#deleteProject": action(projects, "deleteProject", ({ slug }) => ({ project: slug, confirm: slug })),
  "projects#setCredential": action(projects, "setCredential", ({ slug }) => ({ project: slug, kind: "none" })),
  "projects#syncProject": action(projects, "syncProject", theProject),
  "projects#updateProject": action(projects, "updateProject", ({ slug }) => ({ project: slug, name: "Renamed" })),
  "projects#updateStage": action(projects, "updateStage", ({ spot }) => ({ stage: spot.stageId, instances: "1" })),
  "variables#deleteVariable": action(variables, "deleteVariable", ({ spot }) => ({ variable: spot.variableId })),
  "variables#setVariable": action(variables, "setVariable", ({ slug, spot }) => ({
    project: slug,
    scope: "stage",
    stage: spot.stageName,
    name: "NEW",
    kind: "plain",
    value: "1",
  })),
  "view-as#viewAs": action(viewAs, "viewAs", () => ({ role: "tester" })),
  "view-as#endViewAs": action(viewAs, "endViewAs", none),
};

type Page = Parameters<typeof askPage>[1];
type Parameters_ = (target: Target, given: Given) => Readonly<Record<string, string>>;

const page =
  (load: () => Promise<{ readonly default: Page }>, parameters: Parameters_ = none): Knock =>
  async (who, target, given) =>
    askPage(who, (await load()).default, parameters(target, given));

const bySlug: Parameters_ = ({ slug }) => ({ slug });
const byName: Parameters_ = ({ slug, spot }) => ({ slug, stage: part(spot.stageName), ref: part(spot.ref) });

const pageKnocks: Readonly<Record<string, Knock>> = {
  "/": page(() => import("../../../app/(berth)/page.tsx")),
  "/account": page(() => import("../../../app/(berth)/account/page.tsx")),
  "/deployments/[id]": page(
    () => import("../../../app/(berth)/deployments/[id]/page.tsx"),
    ({ spot }) => ({ id: spot.deploymentId }),
  ),
  "/audit": page(() => import("../../../app/(berth)/audit/page.tsx")),
  "/audit/[seq]": page(
    () => import("../../../app/(berth)/audit/[seq]/page.tsx"),
    ({ spot }) => ({ seq: spot.auditSeq }),
  ),
  "/groups": page(() => import("../../../app/(berth)/groups/page.tsx")),
  "/groups/[id]": page(
    () => import("../../../app/(berth)/groups/[id]/page.tsx"),
    (_target, { group }) => ({ id: group.id }),
  ),
  "/inbox": page(() => import("../../../app/(berth)/inbox/page.tsx")),
  "/invite/[code]": page(
    () => import("../../../app/(open)/invite/[code]/page.tsx"),
    () => ({ code: "x".repeat(43) }),
  ),
  "/open/unknown": page(() => import("../../../app/(berth)/open/unknown/page.tsx")),
  "/p/[slug]/audit": page(() => import("../../../app/(berth)/p/[slug]/audit/page.tsx"), bySlug),
  "/p/[slug]/e/[stage]/[ref]/sharing": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/sharing/page.tsx"), byName),
  "/people": page(() => import("../../../app/(berth)/people/page.tsx")),
  "/people/[id]": page(
    () => import("../../../app/(berth)/people/[id]/page.tsx"),
    (_target, { somebody }) => ({ id: somebody.id }),
  ),
  "/health": page(() => import("../../../app/(berth)/health/page.tsx")),
  "/new": page(() => import("../../../app/(berth)/new/page.tsx")),
  "/p/[slug]": page(() => import("../../../app/(berth)/p/[slug]/page.tsx"), bySlug),
  "/p/[slug]/e/[stage]/[ref]": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/history": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/history/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/timeline": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/timeline/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/variables": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/variables/page.tsx"), byName),
  "/p/[slug]/members": page(() => import("../../../app/(berth)/p/[slug]/members/page.tsx"), bySlug),
  "/p/[slug]/permissions": page(() => import("../../../app/(berth)/p/[slug]/permissions/page.tsx"), bySlug),
  "/p/[slug]/refs": page(() => import("../../../app/(berth)/p/[slug]/refs/page.tsx"), bySlug),
  "/p/[slug]/settings": page(() => import("../../../app/(berth)/p/[slug]/settings/page.tsx"), bySlug),
  "/p/[slug]/variables": page(() => import("../../../app/(berth)/p/[slug]/variables/page.tsx"), bySlug),
  "/permissions": page(() => import("../../../app/(berth)/permissions/page.tsx")),
  "/setup": page(() => import("../../../app/(open)/setup/page.tsx")),
  "/sign-in": page(() => import("../../../app/(open)/sign-in/page.tsx")),
  "/view-as": page(() => import("../../../app/(berth)/view-as/page.tsx")),
};

type Route = Parameters<typeof askStream>[1];

const stream =
  (load: () => Promise<{ readonly GET: Route }>, id: (target: Target) => string): Knock =>
  async (who, target) =>
    askStream(who, (await load()).GET, id(target));

/** The way to an environment's host: where it leads says whether the environment exists for who asks. */
const askOpen: Knock = async (who, { spot }) => {
  const { GET } = await import("../../../app/open/route.ts");
  const query = new URLSearchParams({ host: spot.host, path: "/", state: "0".repeat(64) });
  return askWay(who, GET, `/open?${query.toString()}`);
};

const routeKnocks: Readonly<Record<string, Knock>> = {
  "/stream/deployments/[id]/log": stream(
    () => import("../../../app/stream/deployments/[id]/log/route.ts"),
    ({ spot }) => spot.deploymentId,
  ),
  "/stream/environments/[id]/log": stream(
    () => import("../../../app/stream/environments/[id]/log/route.ts"),
    ({ spot }) => spot.environmentId,
  ),
  "/stream/projects/[id]": stream(
    () => import("../../../app/stream/projects/[id]/route.ts"),
    ({ projectId }) => projectId,
  ),
  "/audit/export": stream(
    () => import("../../../app/audit/export/route.ts"),
    () => "?format=ndjson",
  ),
  "/open": askOpen,
  "/api/v1/openapi.json": stream(
    () => import("../../../app/api/v1/openapi.json/route.ts"),
    () => "",
  ),
  "/api/health": stream(
    () => import("../../../app/api/health/route.ts"),
    () => "",
  ),
};

const otherKnocks: Readonly<Record<string, Knock>> = {
  "git upload-pack": (who, { slug }) => askGit(who, "upload-pack", slug),
  "git receive-pack": (who, { slug }) => askGit(who, "receive-pack", slug),
};

/** How to knock at each door within this process, by kind and name as in lib/server/doors. */
export const knocks = {
  page: pageKnocks,
  action: actionKnocks,
  operation: operationKnocks,
  route: routeKnocks,
  other: otherKnocks,
} as const;

/** Doors that are only asked from outside, at the running product: what is behind them runs in another process, or is only Next's. */
export const knockedOutside: readonly string[] = [
  "/api/auth/[...nextauth]",
  "/api/v1/[...path]",
  "/icon.svg",
  "gateway environment",
  "gateway /.berth/enter",
  "gateway /.berth/status",
  "scheduler /v2",
];
