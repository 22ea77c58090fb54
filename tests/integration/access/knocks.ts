import type { Answer } from "./knock.ts";
import { askAction, askApi, askGit, askPage, askStream, askWay, askUpload } from "./knock.ts";
import type { Target } from "./target.ts";
import type { Who, World } from "./world.ts";

/** What a knock needs beside its target: things that every world has once. */
export interface Given extends Pick<World, "somebody" | "group" | "cluster"> {
  /** A token and a session of the one who knocks, to end. */
  readonly ownToken: string;
  readonly ownSession: string;
  readonly matrix: { readonly matrix: unknown; readonly fingerprint: string };
  readonly ownMatrix: { readonly matrix: unknown; readonly fingerprint: string };
}

type Knock = (who: Who, target: Target, given: Given) => Promise<Answer>;

const part = encodeURIComponent;
export const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
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
const ofPromotion =
  (rest = "") =>
  (target: Target) =>
    `/promotions/${part(target.spot.promotionId)}${rest}`;
const ofJob =
  (rest = "") =>
  (target: Target) =>
    `/jobs/${part(target.spot.jobId)}${rest}`;
const ofJobRun =
  (rest = "") =>
  (target: Target) =>
    `/job-runs/${part(target.spot.jobRunId)}${rest}`;
const aJob = () => ({ name: `k${Math.floor(Math.random() * 1e9)}`, command: "true" });
const ofPerson =
  (rest = "") =>
  (_target: Target, { somebody }: Given) =>
    `/people/${somebody.id}${rest}`;
const ofGroup =
  (rest = "") =>
  (_target: Target, { group }: Given) =>
    `/groups/${group.id}${rest}`;
const ofCluster =
  (rest = "") =>
  (_target: Target, { cluster }: Given) =>
    `/clusters/${cluster.id}${rest}`;
const aCluster = () => ({ name: `Harbour ${Math.random()}`, urls: [`http://marathon-${Math.random()}.example.org`] });
const fixed = (path: string) => () => path;

const aFreeze = { title: "Weekend", timeZone: "Europe/Berlin", cron: "0 16 * * 5" };
const aStage = { name: "knock", title: "Knock", kind: "review", refKind: "branch", refPattern: "knock", starts: "on_click" };
/** One stage is not all of them: whoever may, hears that the pipeline is another by now. */
const orderOf = (stageId: string) => (/^[0-9a-f-]{36}$/.test(stageId) ? stageId : "00000000-0000-4000-8000-000000000000");

const operationKnocks: Readonly<Record<string, Knock>> = {
  acceptInvitation: api("POST", fixed("/invitations/accept"), () => ({
    code: "x".repeat(43),
    name: "X",
    password: "quay harbour lantern",
  })),
  addFreeze: api("POST", inProject("/freezes"), () => ({ ...aFreeze, kind: "recurring", durationMinutes: 60 })),
  addStage: api("POST", inProject("/stages"), () => aStage),
  createJob: api("POST", ofEnvironment("/jobs"), aJob),
  deleteJob: api("DELETE", ofJob()),
  getJob: api("GET", ofJob()),
  getJobRun: api("GET", ofJobRun()),
  getJobRunLog: api("GET", ofJobRun("/log")),
  listJobRuns: api("GET", ofJob("/runs")),
  listJobs: api("GET", ofEnvironment("/jobs")),
  listProjectJobs: api("GET", inProject("/jobs")),
  pauseJob: api("POST", ofJob("/pause")),
  resumeJob: api("POST", ofJob("/resume")),
  runJob: api("POST", ofJob("/runs")),
  stopJobRun: api("POST", ofJobRun("/stop")),
  updateJob: api("PATCH", ofJob(), () => ({ mem: 64 })),
  getCheck: api("GET", ({ spot }) => `/checks/${part(spot.checkId)}`),
  getPipeline: api("GET", inProject("/pipeline")),
  listBuilds: api("GET", inProject("/builds")),
  removeFreeze: api("DELETE", ({ spot }) => `/freezes/${part(spot.freezeId)}`),
  removeStage: api("DELETE", ({ spot }) => `/stages/${part(spot.stageId)}`),
  reorderStages: api("PUT", inProject("/stages"), ({ spot }) => ({ stages: [orderOf(spot.stageId)] })),
  rerunCheck: api("POST", ({ spot }) => `/checks/${part(spot.checkId)}/rerun`),
  updateStage: api(
    "PATCH",
    ({ spot }) => `/stages/${part(spot.stageId)}`,
    () => ({ instances: 1 }),
  ),
  addGroupMember: api("PUT", (_target, { group, somebody }) => `/groups/${group.id}/members/${somebody.id}`),
  allowPowers: api("PUT", inProject("/app/powers"), () => ({ powers: [], reason: "Nothing is allowed" })),
  addCluster: api("POST", fixed("/clusters"), aCluster),
  checkCluster: api("POST", ofCluster("/check")),
  chooseCluster: api("PUT", inProject("/cluster"), () => ({ cluster: "default" })),
  getCluster: api("GET", ofCluster()),
  getClusterChoice: api("GET", inProject("/cluster")),
  listClusters: api("GET", fixed("/clusters")),
  removeCluster: api("DELETE", ofCluster()),
  updateCluster: api("PATCH", ofCluster(), () => ({ name: `Quay ${Math.random()}` })),
  cancelDeployment: api("POST", ofDeployment("/cancel")),
  createEnvironment: api("POST", inProject("/environments"), ({ spot }) => ({ stage: spot.stageName, ref: spot.ref })),
  createGroup: api("POST", fixed("/groups"), () => ({ name: `Group ${Math.random()}` })),
  createPerson: api("POST", fixed("/people"), () => ({ email: `${Math.random()}@example.org`, name: "New" })),
  createProject: api("POST", fixed("/projects"), () => ({ name: "New" })),
  createSample: api("POST", fixed("/sample")),
  createWebhook: api("POST", inProject("/webhooks"), () => ({
    name: "Chat",
    format: "slack",
    url: "https://chat.example.org/x",
    kinds: ["deployment.live"],
  })),
  deleteWebhook: api("DELETE", ({ spot }) => `/webhooks/${part(spot.hookId)}`),
  getHandedOverImage: api("GET", ({ spot }) => `/handed-over-images/${part(spot.handOverId)}`),
  handOverImage: api("POST", inProject("/images"), () => ({
    ref: "refs/heads/x",
    commit: "1".repeat(40),
    image: `registry.example.org/shop@sha256:${"1".repeat(64)}`,
  })),
  listHandedOverImages: api("GET", inProject("/images")),
  listNotifications: api("GET", fixed("/notifications")),
  listWebhooks: api("GET", inProject("/webhooks")),
  markNotificationsRead: api("POST", fixed("/notifications/read"), () => ({ all: true })),
  redeliverWebhook: api("POST", ({ spot }) => `/webhook-deliveries/${part(spot.sentId)}/redeliver`),
  createShareLink: api("POST", ofEnvironment("/share-links"), () => ({ note: "For a visitor", expiresInHours: 1 })),
  createToken: api("POST", fixed("/tokens"), () => ({ name: "Another" })),
  deleteGroup: api("DELETE", ofGroup()),
  deleteProject: api("DELETE", inProject()),
  deleteVariable: api("DELETE", ({ spot }) => `/variables/${part(spot.variableId)}`),
  destroyEnvironment: api("DELETE", ofEnvironment()),
  exportApp: api("GET", ofEnvironment("/app")),
  getAppSettings: api("GET", inProject("/app")),
  getDefaultPermissions: api("GET", fixed("/permissions")),
  getDeployment: api("GET", ofDeployment()),
  getDeploymentLog: api("GET", ofDeployment("/log")),
  getEnvironment: api("GET", ofEnvironment()),
  getEvidence: api("GET", ({ spot }) => `/evidence/${part(spot.evidenceId)}`),
  giveVerdict: api("POST", ofEnvironment("/verdicts"), () => ({ verdict: "reject", comment: "It does not add up." })),
  listBlockers: api("GET", ofEnvironment("/blockers")),
  listVerdicts: api("GET", ofEnvironment("/verdicts")),
  getGroup: api("GET", ofGroup()),
  getPermissions: api("GET", inProject("/permissions")),
  getPerson: api("GET", ofPerson()),
  getBoard: api("GET", inProject("/board")),
  compareReleases: api("POST", inProject("/release-notes"), () => ({ from: "tag:v1", to: "tag:v2" })),
  editReleaseNote: api(
    "PUT",
    ({ spot }) => `/release-notes/${part(spot.openNoteId)}`,
    () => ({ version: 1, body: "Words" }),
  ),
  getReleaseNote: api("GET", ({ spot }) => `/release-notes/${part(spot.noteId)}`),
  getMeasures: api("GET", inProject("/measures")),
  getProject: api("GET", inProject()),
  importApp: api("POST", inProject("/app/import"), () => ({ app: { id: "/shop", cmd: "sleep 60" } })),
  invitePerson: api("POST", ofPerson("/invitations")),
  listEnvironments: api("GET", inProject("/environments")),
  listGroups: api("GET", fixed("/groups")),
  listMembers: api("GET", inProject("/members")),
  listPeople: api("GET", fixed("/people")),
  listProjects: api("GET", fixed("/projects")),
  approvePullRequest: api("POST", inProject("/pull-requests/7/approve"), () => ({ commit: "7".repeat(40) })),
  followPullRequests: api("PUT", inProject("/pull-requests"), () => ({ on: true })),
  listPullRequests: api("GET", inProject("/pull-requests")),
  listRefs: api("GET", inProject("/refs")),
  listAudit: api("GET", fixed("/audit")),
  listShareLinks: api("GET", ofEnvironment("/share-links")),
  listTokens: api("GET", fixed("/tokens")),
  listVariables: api("GET", inProject("/variables")),
  approvePromotion: api("POST", ofPromotion("/approvals"), () => ({})),
  getPromotion: api("GET", ofPromotion()),
  listReleases: api("GET", ofEnvironment("/releases")),
  promoteEnvironment: api("POST", ofEnvironment("/promotions"), ({ spot }) => ({ to: spot.stageName })),
  rollBackEnvironment: api("POST", ofEnvironment("/rollback"), () => ({ release: 1 })),
  withdrawPromotion: api("DELETE", ofPromotion()),
  redeployEnvironment: api("POST", ofEnvironment("/redeploy")),
  resetDelayOfEnvironment: api("POST", ofEnvironment("/reset-delay")),
  restartEnvironment: api("POST", ofEnvironment("/restart")),
  scaleEnvironment: api("POST", ofEnvironment("/scale"), () => ({ instances: 2 })),
  removeGroupMember: api("DELETE", (_target, { group, somebody }) => `/groups/${group.id}/members/${somebody.id}`),
  revokeInvitation: api("DELETE", ofPerson("/invitations")),
  revokePersonToken: api("DELETE", (_target, { somebody }) => `/people/${somebody.id}/tokens/${somebody.tokenId}`),
  revokeShareLink: api("DELETE", ({ spot }) => `/share-links/${part(spot.shareLinkId)}`),
  revokeToken: api("DELETE", (_target, { ownToken }) => `/tokens/${ownToken}`),
  setAppSettings: api("PUT", inProject("/app"), () => ({ set: { disk: 64 } })),
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
  getUtilisation: api("GET", fixed("/utilisation")),
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
const clusters = () => import("../../../app/actions/clusters.ts");
const environments = () => import("../../../app/actions/environments.ts");
const appSettings = () => import("../../../app/actions/app-settings.ts");
const jobs = () => import("../../../app/actions/jobs.ts");
const audit = () => import("../../../app/actions/audit.ts");
const groups = () => import("../../../app/actions/groups.ts");
const members = () => import("../../../app/actions/members.ts");
const people = () => import("../../../app/actions/people.ts");
const permissions = () => import("../../../app/actions/permissions.ts");
const projects = () => import("../../../app/actions/projects.ts");
const releaseNotes = () => import("../../../app/actions/release-notes.ts");
const promotions = () => import("../../../app/actions/promotions.ts");
const shareLinks = () => import("../../../app/actions/share-links.ts");
const variables = () => import("../../../app/actions/variables.ts");
const verdicts = () => import("../../../app/actions/verdicts.ts");
const notifications = () => import("../../../app/actions/notifications.ts");
const pullRequests = () => import("../../../app/actions/pull-requests.ts");
const webhooks = () => import("../../../app/actions/webhooks.ts");
const checks = () => import("../../../app/actions/checks.ts");
const freezes = () => import("../../../app/actions/freezes.ts");
const stages = () => import("../../../app/actions/stages.ts");
const viewAs = () => import("../../../app/actions/view-as.ts");

const none: Fields = () => ({});
const theEnvironment: Fields = ({ spot }) => ({ environment: spot.environmentId });
const theProject: Fields = ({ slug }) => ({ project: slug });
const theJob: Fields = ({ spot }) => ({ job: spot.jobId });
const theGroup: Fields = (_target, { group }) => ({ group: group.id });
const theCluster: Fields = (_target, { cluster }) => ({ cluster: cluster.id });
const thePerson: Fields = (_target, { somebody }) => ({ person: somebody.id });

const actionKnocks: Readonly<Record<string, Knock>> = {
  "access#changePassword": action(access, "changePassword", () => ({ current: "not it", password: "quay harbour lantern" })),
  "access#createToken": action(access, "createToken", () => ({ name: "Another" })),
  "access#endSession": action(access, "endSession", (_target, { ownSession }) => ({ id: ownSession })),
  "access#revokeToken": action(access, "revokeToken", (_target, { ownToken }) => ({ id: ownToken })),
  "access#setUp": action(access, "setUp", () => ({ code: "X", name: "X", email: "x@example.org", password: "quay harbour lantern" })),
  "access#signIn": action(access, "signIn", () => ({ email: "nobody@example.org", password: "quay harbour lantern" })),
  "access#signOut": action(access, "signOut", none),
  "app-settings#allowPowers": action(appSettings, "allowPowers", ({ slug }) => ({
    project: slug,
    powers: "",
    reason: "Nothing is allowed",
  })),
  "app-settings#importApp": action(appSettings, "importApp", ({ slug }) => ({ project: slug, json: '{"id":"/shop","cmd":"sleep 60"}' })),
  "app-settings#inheritAppSettings": action(appSettings, "inheritAppSettings", ({ slug }) => ({ project: slug, unset: "disk" })),
  "app-settings#previewImport": action(appSettings, "previewImport", ({ slug }) => ({
    project: slug,
    json: '{"id":"/shop","cmd":"sleep 60"}',
  })),
  "app-settings#setAppSettings": action(appSettings, "setAppSettings", ({ slug }) => ({ project: slug, "was.disk": "0", disk: "64" })),
  "audit#verifyAudit": action(audit, "verifyAudit", none),
  "groups#createGroup": action(groups, "createGroup", () => ({ name: `Group ${Math.random()}` })),
  "groups#updateGroup": action(groups, "updateGroup", (_target, { group }) => ({ group: group.id, name: "Renamed" })),
  "groups#deleteGroup": action(groups, "deleteGroup", theGroup),
  "groups#addGroupMember": action(groups, "addGroupMember", (_target, { group, somebody }) => ({ group: group.id, email: somebody.email })),
  "groups#removeGroupMember": action(groups, "removeGroupMember", (_target, { group, somebody }) => ({
    group: group.id,
    person: somebody.id,
  })),
  "release-notes#compareReleases": action(releaseNotes, "compareReleases", ({ slug }) => ({ project: slug, from: "tag:v1", to: "tag:v2" })),
  "release-notes#editNote": action(releaseNotes, "editNote", ({ spot }) => ({ note: spot.openNoteId, version: "1", body: "Words" })),
  "promotions#approvePromotion": action(promotions, "approvePromotion", ({ spot }) => ({ promotion: spot.promotionId })),
  "promotions#promote": action(promotions, "promote", ({ slug, spot }) => ({
    project: slug,
    environment: spot.environmentId,
    to: spot.stageName,
  })),
  "promotions#rollback": action(promotions, "rollback", ({ slug, spot }) => ({
    project: slug,
    environment: spot.environmentId,
    release: "1",
  })),
  "promotions#withdrawPromotion": action(promotions, "withdrawPromotion", ({ spot }) => ({ promotion: spot.promotionId })),
  "notifications#chooseNotifications": action(notifications, "chooseNotifications", none),
  "notifications#markRead": action(notifications, "markRead", none),
  "notifications#muteProject": action(notifications, "muteProject", ({ slug }) => ({ project: slug, muted: "false" })),
  "notifications#sendTestMail": action(notifications, "sendTestMail", none),
  "pull-requests#approvePullRequest": action(pullRequests, "approvePullRequest", ({ slug }) => ({
    project: slug,
    number: "7",
    commit: "7".repeat(40),
  })),
  "pull-requests#followPullRequests": action(pullRequests, "followPullRequests", ({ slug }) => ({ project: slug, on: "true" })),
  "webhooks#connectForge": action(webhooks, "connectForge", ({ slug }) => ({
    project: slug,
    forge: "github",
    apiUrl: "https://api.github.com",
    repository: "octo/shop",
    accessToken: "token-of-the-tests",
  })),
  "webhooks#createHook": action(webhooks, "createHook", ({ slug }) => ({
    project: slug,
    name: "Chat",
    format: "slack",
    url: "https://chat.example.org/x",
    kinds: "deployment.live",
  })),
  "webhooks#disconnectForge": action(webhooks, "disconnectForge", theProject),
  "webhooks#makeInboundSecret": action(webhooks, "makeInboundSecret", ({ slug }) => ({ project: slug, forge: "github" })),
  "webhooks#redeliver": action(webhooks, "redeliver", ({ spot }) => ({ delivery: spot.sentId })),
  "webhooks#redeliverReceived": action(webhooks, "redeliverReceived", ({ spot }) => ({ delivery: spot.receivedId })),
  "webhooks#removeHook": action(webhooks, "removeHook", ({ spot }) => ({ hook: spot.hookId })),
  "webhooks#removeInbound": action(webhooks, "removeInbound", ({ slug }) => ({ project: slug, forge: "github" })),
  "webhooks#testHook": action(webhooks, "testHook", ({ spot }) => ({ hook: spot.hookId })),
  "webhooks#updateHook": action(webhooks, "updateHook", ({ spot }) => ({ hook: spot.hookId, enabled: "true" })),
  "share-links#createShareLink": action(shareLinks, "createShareLink", ({ spot }) => ({
    environment: spot.environmentId,
    note: "For a visitor",
    expiresInHours: "1",
  })),
  "share-links#revokeShareLink": action(shareLinks, "revokeShareLink", ({ spot }) => ({ id: spot.shareLinkId })),
  "clusters#addCluster": action(clusters, "addCluster", () => {
    const { name, urls } = aCluster();
    return { name, urls: urls.join("\n"), credentials: "none" };
  }),
  "clusters#checkCluster": action(clusters, "checkCluster", theCluster),
  "clusters#chooseCluster": action(clusters, "chooseCluster", ({ slug }) => ({ project: slug, cluster: "default" })),
  "clusters#removeCluster": action(clusters, "removeCluster", theCluster),
  "clusters#updateCluster": action(clusters, "updateCluster", (_target, { cluster }) => ({
    cluster: cluster.id,
    name: `Quay ${Math.random()}`,
    urls: cluster.url,
    credentials: "none",
  })),
  "environments#cancelDeployment": action(environments, "cancelDeployment", ({ spot }) => ({ deployment: spot.deploymentId })),
  "environments#destroy": action(environments, "destroy", theEnvironment),
  "environments#preview": action(environments, "preview", ({ slug, spot }) => ({ project: slug, stage: spot.stageName, ref: spot.ref })),
  "environments#redeploy": action(environments, "redeploy", theEnvironment),
  "environments#resetDelay": action(environments, "resetDelay", theEnvironment),
  "environments#restart": action(environments, "restart", theEnvironment),
  "environments#scale": action(environments, "scale", ({ spot }) => ({ environment: spot.environmentId, instances: "2" })),
  "environments#start": action(environments, "start", theEnvironment),
  "environments#stop": action(environments, "stop", theEnvironment),
  "jobs#createJob": action(jobs, "createJob", ({ spot }) => ({ ...aJob(), environment: spot.environmentId })),
  "jobs#deleteJob": action(jobs, "deleteJob", theJob),
  "jobs#pauseJob": action(jobs, "pauseJob", theJob),
  "jobs#resumeJob": action(jobs, "resumeJob", theJob),
  "jobs#runJob": action(jobs, "runJob", theJob),
  "jobs#stopRun": action(jobs, "stopRun", ({ spot }) => ({ run: spot.jobRunId })),
  "jobs#updateJob": action(jobs, "updateJob", ({ spot }) => ({ job: spot.jobId, command: "true", mem: "64" })),
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
  "checks#rerunCheck": action(checks, "rerunCheck", ({ spot }) => ({ check: spot.checkId })),
  "freezes#addFreeze": action(freezes, "addFreeze", ({ slug }) => ({ project: slug, ...aFreeze, kind: "cron", hours: "1" })),
  "freezes#removeFreeze": action(freezes, "removeFreeze", ({ spot }) => ({ freeze: spot.freezeId })),
  "stages#addStage": action(stages, "addStage", ({ slug }) => ({ project: slug, ...aStage, perRef: "ref" })),
  "stages#removeStage": action(stages, "removeStage", ({ spot }) => ({ stage: spot.stageId })),
  "stages#reorderStages": action(stages, "reorderStages", ({ slug, spot }) => ({ project: slug, stages: orderOf(spot.stageId) })),
  "stages#updateStage": action(stages, "updateStage", ({ spot }) => ({ stage: spot.stageId, instances: "1" })),
  "variables#deleteVariable": action(variables, "deleteVariable", ({ spot }) => ({ variable: spot.variableId })),
  "variables#setVariable": action(variables, "setVariable", ({ slug, spot }) => ({
    project: slug,
    scope: "stage",
    stage: spot.stageName,
    name: "NEW",
    kind: "plain",
    value: "1",
  })),
  "verdicts#giveVerdict": action(verdicts, "giveVerdict", ({ spot }) => ({
    environment: spot.environmentId,
    verdict: "reject",
    words: "It does not add up.",
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
  "/checks/[id]": page(
    () => import("../../../app/(berth)/checks/[id]/page.tsx"),
    ({ spot }) => ({ id: spot.checkId }),
  ),
  "/p/[slug]/builds": page(() => import("../../../app/(berth)/p/[slug]/builds/page.tsx"), bySlug),
  "/p/[slug]/pipeline": page(() => import("../../../app/(berth)/p/[slug]/pipeline/page.tsx"), bySlug),
  "/account/notifications": page(() => import("../../../app/(berth)/account/notifications/page.tsx")),
  "/notifications": page(() => import("../../../app/(berth)/notifications/page.tsx")),
  "/p/[slug]/notifications": page(() => import("../../../app/(berth)/p/[slug]/notifications/page.tsx"), bySlug),
  "/p/[slug]/webhooks": page(() => import("../../../app/(berth)/p/[slug]/webhooks/page.tsx"), bySlug),
  "/audit": page(() => import("../../../app/(berth)/audit/page.tsx")),
  "/audit/[seq]": page(
    () => import("../../../app/(berth)/audit/[seq]/page.tsx"),
    ({ spot }) => ({ seq: spot.auditSeq }),
  ),
  "/clusters": page(() => import("../../../app/(berth)/clusters/page.tsx")),
  "/clusters/[id]": page(
    () => import("../../../app/(berth)/clusters/[id]/page.tsx"),
    (_target, { cluster }) => ({ id: cluster.id }),
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
  "/p/[slug]/app": page(() => import("../../../app/(berth)/p/[slug]/app/page.tsx"), bySlug),
  "/p/[slug]/app/export": page(() => import("../../../app/(berth)/p/[slug]/app/export/page.tsx"), bySlug),
  "/p/[slug]/app/import": page(() => import("../../../app/(berth)/p/[slug]/app/import/page.tsx"), bySlug),
  "/p/[slug]/audit": page(() => import("../../../app/(berth)/p/[slug]/audit/page.tsx"), bySlug),
  "/p/[slug]/e/[stage]/[ref]/sharing": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/sharing/page.tsx"), byName),
  "/people": page(() => import("../../../app/(berth)/people/page.tsx")),
  "/people/[id]": page(
    () => import("../../../app/(berth)/people/[id]/page.tsx"),
    (_target, { somebody }) => ({ id: somebody.id }),
  ),
  "/health": page(() => import("../../../app/(berth)/health/page.tsx")),
  "/utilisation": page(() => import("../../../app/(berth)/utilisation/page.tsx")),
  "/new": page(() => import("../../../app/(berth)/new/page.tsx")),
  "/p/[slug]": page(() => import("../../../app/(berth)/p/[slug]/page.tsx"), bySlug),
  "/p/[slug]/e/[stage]/[ref]": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/history": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/history/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/timeline": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/timeline/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/variables": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/variables/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/verdicts": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/verdicts/page.tsx"), byName),
  "/p/[slug]/jobs": page(() => import("../../../app/(berth)/p/[slug]/jobs/page.tsx"), bySlug),
  "/p/[slug]/e/[stage]/[ref]/jobs": page(() => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/jobs/page.tsx"), byName),
  "/p/[slug]/e/[stage]/[ref]/jobs/[job]": page(
    () => import("../../../app/(berth)/p/[slug]/e/[stage]/[ref]/jobs/[job]/page.tsx"),
    (target, given) => ({ ...byName(target, given), job: "import" }),
  ),
  "/p/[slug]/release-notes": page(() => import("../../../app/(berth)/p/[slug]/release-notes/page.tsx"), bySlug),
  "/p/[slug]/release-notes/[id]": page(
    () => import("../../../app/(berth)/p/[slug]/release-notes/[id]/page.tsx"),
    ({ slug, spot }) => ({ slug, id: spot.noteId }),
  ),
  "/p/[slug]/measures": page(() => import("../../../app/(berth)/p/[slug]/measures/page.tsx"), bySlug),
  "/p/[slug]/members": page(() => import("../../../app/(berth)/p/[slug]/members/page.tsx"), bySlug),
  "/p/[slug]/permissions": page(() => import("../../../app/(berth)/p/[slug]/permissions/page.tsx"), bySlug),
  "/p/[slug]/promotions/[id]": page(
    () => import("../../../app/(berth)/p/[slug]/promotions/[id]/page.tsx"),
    ({ slug, spot }) => ({ slug, id: spot.promotionId }),
  ),
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
  "/stream/checks/[id]/log": stream(
    () => import("../../../app/stream/checks/[id]/log/route.ts"),
    ({ spot }) => spot.checkId,
  ),
  "/stream/deployments/[id]/log": stream(
    () => import("../../../app/stream/deployments/[id]/log/route.ts"),
    ({ spot }) => spot.deploymentId,
  ),
  "/stream/environments/[id]/log": stream(
    () => import("../../../app/stream/environments/[id]/log/route.ts"),
    ({ spot }) => spot.environmentId,
  ),
  "/stream/job-runs/[id]/log": stream(
    () => import("../../../app/stream/job-runs/[id]/log/route.ts"),
    ({ spot }) => spot.jobRunId,
  ),
  "/stream/projects/[id]": stream(
    () => import("../../../app/stream/projects/[id]/route.ts"),
    ({ projectId }) => projectId,
  ),
  "/app-json/[id]": stream(
    () => import("../../../app/app-json/[id]/route.ts"),
    ({ spot }) => spot.environmentId,
  ),
  "/audit/export": stream(
    () => import("../../../app/audit/export/route.ts"),
    () => "?format=ndjson",
  ),
  "/evidence": async (who, { spot }) => {
    const { POST } = await import("../../../app/evidence/route.ts");
    return askUpload(who, POST, `/evidence?environment=${part(spot.environmentId)}`, onePixel);
  },
  "/evidence/[id]": stream(
    () => import("../../../app/evidence/[id]/route.ts"),
    ({ spot }) => spot.evidenceId,
  ),
  "/fetch/[release]/[address]/docker.tar.gz": async (who) => {
    const { GET } = await import("../../../app/fetch/[release]/[address]/docker.tar.gz/route.ts");
    const params = Promise.resolve({ release: "00000000-0000-4000-8000-000000000000", address: "x".repeat(43) });
    return askStream(who, (request) => GET(request, { params }), "");
  },
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
  "webhooks /{forge}/{project}",
];
