import { randomUUID } from "node:crypto";

import type { Actor } from "#lib/domain/access/policy.ts";
import { type Stage, person } from "#tests/integration/domain/stage.ts";

/** An environment of a stage with a release that answers, as a push and a deployment leave it. */
export interface Place {
  readonly projectId: string;
  readonly slug: string;
  readonly environmentId: string;
  readonly name: string;
  readonly refId: string;
  readonly releaseId: string;
  readonly digest: string;
}

type Kind = "review" | "demo" | "staging" | "uat" | "production";

let counter = 0;
const hex = (length: number) => (++counter).toString(16).padStart(length, "a").slice(-length);

interface Wish {
  readonly kind?: Kind;
  readonly ref?: string;
  readonly author?: string;
  readonly commit?: string;
  readonly project?: { readonly id: string; readonly slug: string };
}

/** Makes a place; the author's address is nobody's unless one is given. */
export async function livePlace(stage: Stage, wish: Wish = {}): Promise<Place> {
  const { worker } = stage;
  const project = wish.project ?? (await stage.project());
  const row = await worker.stage.findFirstOrThrow({ where: { projectId: project.id, kind: wish.kind ?? "staging" } });
  const name = wish.ref ?? `v${++counter}`;
  const refKind = row.kind === "review" || row.kind === "demo" ? ("branch" as const) : ("tag" as const);
  const commit = wish.commit ?? hex(40);
  const known = await worker.ref.findFirst({ where: { projectId: project.id, kind: refKind, name } });
  const ref =
    known ?? (await worker.ref.create({ data: { projectId: project.id, kind: refKind, name, slug: `${name}-${counter}`, commit } }));
  const environment = await worker.environment.create({
    data: {
      projectId: project.id,
      stageId: row.id,
      refId: ref.id,
      name: `${row.name}/${name}`,
      slug: ref.slug,
      host: `${randomUUID()}.preview.localhost`,
      appId: `/berth/${randomUUID()}`,
      instances: 1,
      health: "healthy",
      runtimeLogId: randomUUID(),
    },
  });
  const place = { projectId: project.id, slug: project.slug, environmentId: environment.id, name: environment.name, refId: ref.id };
  return { ...place, ...(await goLive(stage, place, { commit, author: wish.author ?? "nobody@example.org" })) };
}

/** Another image, or the same with another configuration, goes live. */
export async function goLive(
  { worker }: Stage,
  place: { readonly projectId: string; readonly environmentId: string },
  what: {
    readonly commit?: string;
    readonly author?: string;
    readonly digest?: string;
    readonly variables?: Record<string, { value: string }>;
    readonly instances?: number;
  } = {},
): Promise<{ releaseId: string; digest: string }> {
  const commit = what.commit ?? hex(40);
  const digest = what.digest ?? `sha256:${hex(64)}`;
  const environment = await worker.environment.findUniqueOrThrow({
    where: { id: place.environmentId },
    include: { stage: true, project: true },
  });
  const image =
    (await worker.image.findFirst({ where: { projectId: place.projectId, digest } })) ??
    (await worker.image.create({
      data: {
        projectId: place.projectId,
        commit,
        digest,
        repository: "shop",
        tag: commit.slice(0, 12),
        engineId: digest,
        pushed: false,
        ports: [8080],
        sizeBytes: 1n,
        authorEmail: what.author ?? "nobody@example.org",
        committerEmail: what.author ?? "nobody@example.org",
      },
    }));
  const { _max } = await worker.release.aggregate({ where: { environmentId: place.environmentId }, _max: { number: true } });
  const release = await worker.release.create({
    data: {
      environmentId: place.environmentId,
      number: (_max.number ?? 0) + 1,
      imageId: image.id,
      commit: image.commit,
      variables: what.variables ?? {},
      fingerprint: hex(64),
      instances: what.instances ?? 1,
      cpus: environment.stage.cpus,
      mem: environment.stage.mem,
      port: environment.project.port ?? 8080,
      healthPath: environment.project.healthPath,
      servedAt: new Date(),
    },
  });
  await worker.environment.update({ where: { id: place.environmentId }, data: { liveReleaseId: release.id } });
  return { releaseId: release.id, digest };
}

/** Somebody who tests in staging and UAT of a project, as the default matrix has it. */
export function tester(projectId: string, who: { readonly id?: string; readonly name?: string; readonly email?: string } = {}): Actor {
  const verbs = ["view", "logs", "deploy", "verdict"];
  const grants = { review: ["view", "logs", "verdict"], demo: ["view", "logs", "verdict"], staging: verbs, uat: verbs };
  return { ...person(projectId, grants), id: who.id ?? randomUUID(), name: who.name ?? "Tess", email: who.email ?? "tess@example.org" };
}
