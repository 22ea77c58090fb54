import { randomUUID } from "node:crypto";

import { defaultPipeline } from "#lib/domain/projects/pipeline.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { hashToken, newApiToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import type { Database, Role, StageKind } from "#lib/platform/database/client.ts";

export const kinds = ["review", "demo", "staging", "uat", "production"] as const satisfies readonly StageKind[];
export type Place = "own" | "other" | "deleted";
const commit = "1".repeat(40);
const day = 24 * 60 * 60_000;

/** One environment with everything that hangs on it. */
export interface Spot {
  readonly kind: StageKind;
  readonly stageId: string;
  readonly stageName: string;
  readonly ref: string;
  readonly name: string;
  readonly environmentId: string;
  readonly host: string;
  readonly deploymentId: string;
  readonly variableId: string;
  /** A failed one whose image was built for production first; only in the own review. */
  readonly sharedDeploymentId: string;
  readonly shareLinkId: string;
  /** One into its own stage, asked for by nobody who is here. */
  readonly promotionId: string;
  /** Release notes of its stage, and some between two tags. */
  readonly noteId: string;
  readonly openNoteId: string;
  /** A picture of a verdict given there. */
  readonly evidenceId: string;
  /** One that the deployment waited for, and that passed. */
  readonly checkId: string;
  /** A job of its environment, and a run of it that has not ended. */
  readonly jobId: string;
  readonly jobRunId: string;
  /** A window of its stage, long ago. */
  readonly freezeId: string;
  /** A webhook of the project, something it was sent, something that arrived, and an image that was handed over. */
  readonly hookId: string;
  readonly sentId: string;
  readonly receivedId: string;
  readonly handOverId: string;
  /** The number of an entry of the audit log about it. */
  readonly auditSeq: string;
}

export interface PlacedProject {
  readonly id: string;
  readonly slug: string;
  readonly spots: Readonly<Record<StageKind, Spot>>;
}

/** Somebody at a door, and what he is by the rows of the database alone. */
export interface Who {
  readonly name: string;
  readonly personId: string | null;
  /** Roles in the own project, directly or by a group. */
  readonly roles: readonly Role[];
  readonly isAdmin: boolean;
  /** False: disabled, or with a token that has ended. */
  readonly lives: boolean;
  readonly session: string | null;
  readonly token: string | null;
  /** What the token is limited to. */
  readonly verbs: readonly string[] | null;
  /** The token reaches the own project only. */
  readonly onlyOwn: boolean;
  /** The roles count in every project: the eyes of a role. */
  readonly everywhere: boolean;
  /** Looks through another's eyes: reads as he does, changes nothing. */
  readonly viewing: boolean;
}

export interface World {
  readonly projects: Readonly<Record<Place, PlacedProject>>;
  readonly people: readonly Who[];
  /** A person with a role nobody of the cells is, for doors that are about people. */
  readonly somebody: { readonly id: string; readonly email: string; readonly tokenId: string };
  readonly group: { readonly id: string };
  readonly cluster: { readonly id: string; readonly url: string };
}

/** How the person that others are asked about is known to a provider. */
export const identityOfSomebody = { provider: "oidc:https://id.example.org", subject: "somebody" };

/** Fills a fresh database, as its owner: three projects with an environment in every kind of stage, and people of every sort. */
export async function makeWorld(database: Database): Promise<World> {
  const key = generateSealingKey("first");
  await database.sealingKey.create({ data: { kid: key.kid, publicKey: new Uint8Array(key.publicKey) } });
  const maker = await makePerson(database, "maker", { isAdmin: true });
  const projects = {
    own: await makeProject(database, maker.id, "shop"),
    other: await makeProject(database, maker.id, "bakery"),
    deleted: await makeProject(database, maker.id, "ruin"),
  };
  const people = await makePeople(database, projects.own.id);
  // A role that does not see every kind of stage that is filled by a push.
  await database.permission.deleteMany({ where: { role: "tester", stageKind: "demo" } });
  // And one that may look at a stage and do nothing in it.
  await database.permission.create({ data: { role: "tester", stageKind: "production", verb: "view" } });
  await addHistory(database, projects.own);
  await addOwnThings(database, projects.own, people);
  await tellEverybody(database, projects.own, people);
  await fillCluster(database, Object.values(projects));
  await database.project.update({ where: { id: projects.deleted.id }, data: { deletedAt: new Date() } });
  const group = await database.personGroup.create({ data: { name: "Sailors" }, select: { id: true } });
  const url = "http://marathon.example.org";
  const cluster = await database.cluster.create({ data: { slug: "quay", name: "Quay", urls: [url] }, select: { id: true } });
  const somebody = await makePerson(database, "somebody");
  await database.membership.create({ data: { projectId: projects.own.id, personId: somebody.id, role: "tester" } });
  const token = await database.apiToken.create({
    data: { personId: somebody.id, name: "His", hash: hashToken(newApiToken()), hint: "none" },
    select: { id: true },
  });
  await database.identity.create({ data: { ...identityOfSomebody, personId: somebody.id }, select: { subject: true } });
  return { projects, people, group, cluster: { ...cluster, url }, somebody: { ...somebody, tokenId: token.id } };
}

async function makeProject(database: Database, makerId: string, slug: string): Promise<PlacedProject> {
  const project = await database.project.create({
    data: {
      slug,
      name: slug,
      repositoryKind: "builtin",
      defaultBranch: "master",
      stages: { createMany: { data: defaultPipeline.map((stage, position) => ({ ...stage, position })) } },
    },
    select: { id: true, stages: { orderBy: { position: "asc" } } },
  });
  await database.variable.create({ data: { projectId: project.id, name: "WIDE", kind: "plain", value: `wide of ${slug}` } });
  const spots = new Map<StageKind, Spot>();
  for (const stage of project.stages) spots.set(stage.kind, await makeSpot(database, makerId, { id: project.id, slug }, stage));
  const spot = (kind: StageKind) => {
    const found = spots.get(kind);
    if (found === undefined) throw new Error(`No ${kind}`);
    return found;
  };
  return {
    id: project.id,
    slug,
    spots: {
      review: spot("review"),
      demo: spot("demo"),
      staging: spot("staging"),
      uat: spot("uat"),
      production: spot("production"),
    },
  };
}

/** What tells of one stage in another: an image that was built elsewhere, times, free refs, and an event that comes last. */
async function addHistory(database: Database, { id: projectId, spots }: PlacedProject): Promise<void> {
  for (const [kind, name] of [
    ["branch", "issue-2"],
    ["tag", "v9"],
  ] as const)
    await database.ref.create({ data: { projectId, kind, name, slug: name, commit } });
  const first = await database.deployment.findUniqueOrThrow({ where: { id: spots.production.deploymentId } });
  const base = { projectId, trigger: "preview", commit, refName: "refs/heads/x", buildId: first.buildId };
  await database.deployment.create({
    data: { ...base, id: spots.review.sharedDeploymentId, environmentId: spots.review.environmentId, number: 2, status: "failed" },
  });
  const startedAt = new Date(Date.now() - 2 * 3_600_000);
  await database.deployment.create({
    data: {
      ...base,
      environmentId: spots.production.environmentId,
      number: 2,
      status: "live",
      steps: { create: { name: "build", position: 1, status: "done", startedAt, endedAt: new Date(startedAt.getTime() + usualMs) } },
    },
  });
  const { fromReleaseId, imageId } = await database.promotion.findUniqueOrThrow({ where: { id: spots.staging.promotionId } });
  await database.promotion.create({
    data: {
      projectId,
      fromEnvironmentId: spots.staging.environmentId,
      fromReleaseId,
      imageId,
      digest: "sha256:staging",
      fingerprint: "1",
      commit,
      toStageId: spots.uat.stageId,
      status: "withdrawn",
      askedByName: "Ada",
    },
  });
  for (const kind of kinds)
    await database.event.create({
      data: { kind: "variables.changed", projectId, environmentId: spots[kind].environmentId, message: "OF_ENVIRONMENT was set" },
    });
}

/** Every environment takes something of the one host there is. */
async function fillCluster(database: Database, projects: readonly PlacedProject[]): Promise<void> {
  const promised = { cpus: 0.1, mem: 32, disk: 0 };
  const takers = projects.flatMap(({ spots }) =>
    kinds.map((kind) => ({ hostId: "S0", environmentId: spots[kind].environmentId, tasks: 1, promised, used: null })),
  );
  const use = { hosts: [], takers, readAt: new Date() };
  // Where a product runs, its worker has looked already.
  await database.clusterUse.upsert({ where: { key: "settings" }, create: { key: "settings", ...use }, update: use });
}

/** A developer's failed deployments, one of them where he sees nothing any more; acts of his; and entries about variables. */
async function addOwnThings(database: Database, { id: projectId, spots }: PlacedProject, people: readonly Who[]): Promise<void> {
  const developer = people.find(({ name }) => name === "developer")?.personId ?? null;
  const scripted = people.find(({ name }) => name === "token limited by verb")?.personId ?? null;
  for (const kind of ["review", "production"] as const)
    await database.deployment.create({
      data: {
        projectId,
        environmentId: spots[kind].environmentId,
        number: 3,
        status: "failed",
        errorCode: "build_failed",
        trigger: "preview",
        commit,
        refName: "refs/heads/x",
        requestedById: developer,
        requestedByName: "developer",
        endedAt: new Date(),
      },
    });
  const entry = { actorKind: "person", outcome: "allowed" };
  for (const kind of kinds)
    await database.auditEntry.create({
      data: {
        ...entry,
        actorName: "Vera",
        action: "variable.set",
        objectType: "variable",
        projectId,
        environmentId: spots[kind].environmentId,
      },
    });
  await database.auditEntry.create({
    data: { ...entry, actorId: scripted, actorName: "scripted", action: "token.create", objectType: "token", objectName: "his own act" },
  });
  if (scripted !== null)
    await database.invitation.create({
      data: { personId: scripted, hash: hashToken(invitationCode), createdByName: "Ada", expiresAt: new Date(Date.now() + day) },
    });
}

/** What everybody was told of a kind of stage, whether he may view it or not. */
export const told = (kind: StageKind) => `something of ${kind}`;

/** News about every stage to everybody there is, from when he could still see it. */
async function tellEverybody(database: Database, { id: projectId }: PlacedProject, people: readonly Who[]): Promise<void> {
  const persons = [...new Set(people.flatMap(({ personId }) => personId ?? []))];
  const at = new Date();
  const rows = kinds.flatMap((stageKind, index) =>
    persons.map((personId) => ({
      eventId: BigInt(index + 1),
      personId,
      kind: "deployment.live",
      reason: "operator",
      projectId,
      stageKind,
      message: told(stageKind),
      at,
    })),
  );
  await database.notification.createMany({ data: rows });
  const removed = people.find(({ name }) => name === "removed member")?.personId;
  if (removed != null) await database.notificationMute.create({ data: { personId: removed, projectId } });
}

export const invitationCode = "i".repeat(43);

/** How long a deployment usually takes, by the one of production alone. */
export const usualMs = 3_600_000;

const refOf: Readonly<Record<StageKind, string>> = { review: "issue-1", demo: "master", staging: "v1", uat: "v2", production: "v3" };

async function makeSpot(
  database: Database,
  makerId: string,
  project: { id: string; slug: string },
  stage: { id: string; name: string; kind: StageKind },
): Promise<Spot> {
  const ref = refOf[stage.kind];
  const kind = ref.startsWith("v") ? "tag" : "branch";
  const { id: refId } = await database.ref.create({
    data: { projectId: project.id, kind, name: ref, slug: ref, commit },
    select: { id: true },
  });
  const place = { projectId: project.id, stageId: stage.id };
  const host = `${ref}--${stage.name}--${project.slug}.preview.localhost`;
  const name = `${stage.name}/${ref}`;
  const environment = await database.environment.create({
    data: {
      ...place,
      refId,
      name,
      slug: ref,
      host,
      appId: `/berth/${project.slug}/${name}`,
      instances: 1,
      health: "healthy",
      runtimeLogId: randomUUID(),
      createdByName: "Ada",
    },
    select: { id: true },
  });
  const logId = randomUUID();
  const build = await database.build.create({
    data: {
      projectId: project.id,
      commit,
      recipe: `${stage.kind}00`.slice(0, 8),
      dockerfilePath: "Dockerfile",
      contextPath: ".",
      refName: `refs/heads/${ref}`,
      status: "built",
      logId,
    },
    select: { id: true },
  });
  await database.logChunk.create({ data: { logId, seq: 1, text: `log of ${project.slug} ${name}\n` } });
  const image = await database.image.create({
    data: {
      projectId: project.id,
      commit,
      repository: "shop",
      tag: stage.kind,
      digest: `sha256:${stage.kind}`,
      engineId: stage.kind,
      pushed: false,
      ports: [80],
      sizeBytes: 1,
    },
    select: { id: true },
  });
  const release = await database.release.create({
    data: {
      environmentId: environment.id,
      number: 1,
      imageId: image.id,
      commit,
      variables: {},
      fingerprint: "1",
      instances: 1,
      cpus: 0.1,
      mem: 32,
      port: 80,
      healthPath: "/",
      servedAt: new Date(),
    },
    select: { id: true },
  });
  await database.environment.update({ where: { id: environment.id }, data: { liveReleaseId: release.id } });
  const deployment = await database.deployment.create({
    data: {
      projectId: project.id,
      environmentId: environment.id,
      number: 1,
      status: "verifying",
      trigger: "preview",
      commit,
      refName: `refs/heads/${ref}`,
      buildId: build.id,
      releaseId: release.id,
      requestedByName: "Ada",
    },
    select: { id: true },
  });
  await database.event.create({
    data: { kind: "environment.created", projectId: project.id, environmentId: environment.id, message: `Made ${name}` },
  });
  await database.variable.create({
    data: { projectId: project.id, stageId: stage.id, name: "OF_STAGE", kind: "plain", value: `stage ${stage.kind}` },
  });
  const variable = await database.variable.create({
    data: { projectId: project.id, environmentId: environment.id, name: "OF_ENVIRONMENT", kind: "plain", value: `environment ${name}` },
    select: { id: true },
  });
  const link = await database.shareLink.create({
    data: {
      environmentId: environment.id,
      hash: randomUUID(),
      note: "For the customer",
      createdById: makerId,
      expiresAt: new Date(Date.now() + day),
    },
    select: { id: true },
  });
  const entry = await database.auditEntry.create({
    data: {
      actorKind: "person",
      actorId: makerId,
      actorName: "Ada",
      action: "environment.stop",
      objectType: "environment",
      objectId: environment.id,
      objectName: name,
      projectId: project.id,
      environmentId: environment.id,
      outcome: "allowed",
    },
    select: { seq: true },
  });
  const ofNote = { projectId: project.id, fromCommit: commit, toCommit: "2".repeat(40), refName: "", createdByName: "Ada" };
  const note = await database.releaseNote.create({
    data: { ...ofNote, fromName: "v0", toName: name, toKind: stage.kind },
    select: { id: true },
  });
  const openNote = await database.releaseNote.create({
    data: { ...ofNote, fromName: "v0", toName: `the tag of ${name}` },
    select: { id: true },
  });
  const promotion = await database.promotion.create({
    data: {
      projectId: project.id,
      fromEnvironmentId: environment.id,
      fromReleaseId: release.id,
      imageId: image.id,
      digest: `sha256:${stage.kind}`,
      fingerprint: "1",
      commit,
      toStageId: stage.id,
      refId,
      askedByName: "Ada",
    },
    select: { id: true },
  });
  const verdict = await database.verdict.create({
    data: {
      projectId: project.id,
      environmentId: environment.id,
      number: 1,
      releaseId: release.id,
      imageId: image.id,
      imageDigest: `sha256:${stage.kind}`,
      commit,
      fingerprint: "1",
      kind: "approve",
      words: `Tried in ${name}`,
      givenById: randomUUID(),
      givenByName: "Tess",
    },
    select: { id: true },
  });
  const bytes = Buffer.from(`picture of ${name}`);
  const evidence = await database.verdictEvidence.create({
    data: {
      projectId: project.id,
      environmentId: environment.id,
      verdictId: verdict.id,
      mediaType: "image/png",
      width: 1,
      height: 1,
      sizeBytes: bytes.byteLength,
      bytes,
      uploadedById: randomUUID(),
    },
    select: { id: true },
  });
  const check = await database.checkRun.create({
    data: {
      projectId: project.id,
      imageId: image.id,
      digest: `sha256:${stage.kind}`,
      key: "unit",
      name: `unit tests of ${name}`,
      command: ["true"],
      timeoutSeconds: 60,
      status: "passed",
      logId: randomUUID(),
      deployments: { create: { deploymentId: deployment.id } },
    },
    select: { id: true },
  });
  const job = await database.job.create({
    data: {
      environmentId: environment.id,
      name: "import",
      startKind: "command",
      command: `import of ${name}`,
      cpus: 0.1,
      mem: 32,
      scheduleKind: "none",
      runs: { create: { number: 1, dueAt: new Date(0), trigger: "hand", status: "running", startedAt: new Date(0) } },
    },
    select: { id: true, runs: { select: { id: true } } },
  });
  const freeze = await database.freezeWindow.create({
    data: {
      ...place,
      title: `Freeze of ${stage.name}`,
      kind: "once",
      startsAt: new Date(0),
      endsAt: new Date(day),
      timeZone: "UTC",
      createdByName: "Ada",
    },
    select: { id: true },
  });
  return {
    kind: stage.kind,
    stageId: stage.id,
    stageName: stage.name,
    ref,
    name,
    environmentId: environment.id,
    host,
    deploymentId: deployment.id,
    variableId: variable.id,
    sharedDeploymentId: randomUUID(),
    shareLinkId: link.id,
    promotionId: promotion.id,
    noteId: note.id,
    openNoteId: openNote.id,
    evidenceId: evidence.id,
    checkId: check.id,
    jobId: job.id,
    jobRunId: job.runs[0]?.id ?? "",
    freezeId: freeze.id,
    ...(await makeTold(database, project.id)),
    auditSeq: String(entry.seq),
  };
}

/** What a project tells others, and what others told it. */
async function makeTold(database: Database, projectId: string): Promise<Pick<Spot, "hookId" | "sentId" | "receivedId" | "handOverId">> {
  await database.project.update({ where: { id: projectId }, data: { pullRequests: true } });
  await database.pullRequest.upsert({
    where: { projectId_number: { projectId, number: 7 } },
    create: { projectId, number: 7, commit: "7".repeat(40), refName: "refs/pull/7/head", subject: "From a fork" },
    update: {},
  });
  const sealed = { kid: "first", epk: bytes(32), wrappedDek: bytes(48), nonce: bytes(12), ciphertext: bytes(20), scope: "hook" };
  const { id: urlSecretId } = await database.sealedSecret.create({ data: sealed, select: { id: true } });
  const hook = await database.projectHook.create({
    data: { projectId, format: "signed", name: "Bot", host: "bot.example.org", urlSecretId, kinds: ["deployment.live"] },
    select: { id: true },
  });
  const sent = await database.outgoingMessage.create({
    data: { channel: "hook", recipient: hook.id, hookId: hook.id, projectId, kind: "test", body: {}, state: "sent" },
    select: { id: true },
  });
  const received = await database.inboundDelivery.create({
    data: { projectId, forge: "github", event: "push", outcome: "taken", bytes: 1 },
    select: { id: true },
  });
  const handOver = await database.imageHandOver.create({
    data: { projectId, refName: "refs/heads/x", commit, repository: "registry/shop", digest: "sha256:1", handedOverByName: "Ada" },
    select: { id: true },
  });
  const whole = { projectId, forge: "github" };
  await database.inboundHook.upsert({
    where: { projectId_forge: whole },
    create: { ...whole, nonce: bytes(12), ciphertext: bytes(20) },
    update: {},
  });
  const connection = { ...whole, apiUrl: "https://api.github.com", repository: "octo/shop" };
  await database.forgeConnection.upsert({ where: { projectId }, create: connection, update: {} });
  return { hookId: hook.id, sentId: sent.id, receivedId: String(received.id), handOverId: handOver.id };
}

const bytes = (length: number) => new Uint8Array(length);

async function makePerson(database: Database, name: string, data: { isAdmin?: boolean; disabledAt?: Date } = {}) {
  return database.person.create({ data: { name, email: `${name}@example.org`, ...data }, select: { id: true, email: true } });
}

/** Each with a session and a token, as far as that kind of person has one. */
async function makePeople(database: Database, projectId: string): Promise<Who[]> {
  const people: Who[] = [
    {
      name: "anonymous",
      personId: null,
      roles: [],
      isAdmin: false,
      lives: false,
      session: null,
      token: null,
      verbs: null,
      onlyOwn: false,
      everywhere: false,
      viewing: false,
    },
  ];
  const add = async (
    name: string,
    about: Partial<Who> & { personId: string },
    session: { viewAsRole?: Role; viewAsPersonId?: string } | null = {},
  ) => {
    const raw = newRandomId();
    const token = newApiToken();
    if (session !== null)
      await database.session.create({
        data: { idHash: hashToken(raw), personId: about.personId, expiresAt: new Date(Date.now() + day), ...session },
      });
    const viewing = session !== null && Object.keys(session).length > 0;
    if (!viewing)
      await database.apiToken.create({
        data: {
          personId: about.personId,
          name,
          hash: hashToken(token),
          hint: token.slice(-4),
          ...(about.verbs == null ? {} : { allVerbs: false, verbs: [...about.verbs] }),
          ...(about.onlyOwn === true ? { allProjects: false, projectIds: [projectId] } : {}),
        },
      });
    people.push({
      name,
      roles: [],
      isAdmin: false,
      lives: true,
      verbs: null,
      onlyOwn: false,
      everywhere: session?.viewAsRole !== undefined,
      viewing,
      session: session === null ? null : raw,
      token: viewing ? null : token,
      ...about,
    });
  };
  const member = async (name: string, roles: readonly Role[]) => {
    const { id } = await makePerson(database, name);
    await database.membership.createMany({ data: roles.map((role) => ({ projectId, personId: id, role })) });
    return id;
  };
  for (const role of ["developer", "tester", "ops"] as const) await add(role, { personId: await member(role, [role]), roles: [role] });
  const both = ["developer", "tester"] as const;
  await add("several roles", { personId: await member("several", both), roles: both });
  const admin = await makePerson(database, "admin", { isAdmin: true });
  await add("admin", { personId: admin.id, isAdmin: true });

  const byGroup = await member("by-group", []);
  const group = await database.personGroup.create({ data: { name: "Operators" }, select: { id: true } });
  await database.groupMember.create({ data: { groupId: group.id, personId: byGroup } });
  await database.groupMembership.create({ data: { groupId: group.id, projectId, role: "ops" } });
  await add("by group", { personId: byGroup, roles: ["ops"] });

  const removed = await member("removed", ["developer"]);
  await add("removed member", { personId: removed, onlyOwn: false });
  await database.apiToken.create({
    data: { personId: removed, name: "of old", hash: hashToken(newApiToken()), hint: "none", allProjects: false, projectIds: [projectId] },
  });
  await database.membership.deleteMany({ where: { personId: removed } });
  const disabled = await makePerson(database, "disabled", { disabledAt: new Date() });
  await database.membership.create({ data: { projectId, personId: disabled.id, role: "developer" } });
  await add("disabled", { personId: disabled.id, lives: false });

  const scripted = await member("scripted", ["developer"]);
  await add("token limited by verb", { personId: scripted, roles: ["developer"], verbs: ["deploy"] }, null);
  await add("token that only looks", { personId: admin.id, isAdmin: true, verbs: [] }, null);
  await add("token limited by project", { personId: admin.id, isAdmin: true, onlyOwn: true }, null);
  await add("admin viewing as tester", { personId: admin.id, roles: ["tester"] }, { viewAsRole: "tester" });
  await add("admin viewing as a developer", { personId: scripted, roles: ["developer"] }, { viewAsPersonId: scripted });
  // The session is the admin's, whatever the eyes.
  await database.session.updateMany({ where: { viewAsPersonId: scripted }, data: { personId: admin.id } });
  return people;
}
