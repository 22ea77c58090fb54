import { randomUUID } from "node:crypto";

import { connectEngine } from "#lib/adapters/docker/client.ts";
import { createRegistry } from "#lib/adapters/registry/client.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { collectImages } from "#lib/domain/builds/collect.ts";
import { advancePromotion } from "#lib/domain/promotions/advance.ts";
import { resolveVariables } from "#lib/domain/variables/resolve.ts";
import { createLog } from "#lib/platform/log.ts";
import { type Stage, openStage } from "#tests/integration/domain/stage.ts";
import { type TestRegistry, startTestRegistry } from "#tests/integration/registry/start-registry.ts";

import { pushTiny } from "./tiny-image.ts";

type VerdictKind = "approve" | "reject" | "not_testable";

export interface Live {
  readonly environmentId: string;
  readonly releaseId: string;
  readonly imageId: string;
  readonly digest: string;
}

/** A pipeline with a real database and a real registry, and the worker's part of a promotion by hand. */
export interface Way {
  readonly stage: Stage;
  readonly registry: TestRegistry;
  /** Somebody who is a member with these roles. */
  someone(projectId: string, roles: readonly ("developer" | "tester" | "ops")[], name?: string): Promise<Actor>;
  project(): Promise<{ id: string; slug: string }>;
  /** An environment of a tag with a live and healthy release of a new image. */
  live(projectId: string, stageName: string, tag: string | null, image?: { id: string; digest: string }): Promise<Live>;
  image(projectId: string, mark?: string): Promise<{ id: string; digest: string }>;
  verdict(live: Live, kind: VerdictKind): Promise<void>;
  /** What the worker does when it is rung for a promotion. */
  advance(promotionId: string): Promise<void>;
  /** What the worker does with waiting deployments, without a cluster: a release is made and called live, or, rarely, it fails. */
  settleDeployments(projectId: string): Promise<void>;
  /** What the worker does to images that nobody needs. */
  collect(projectId: string): Promise<void>;
  /** The same while no registry answers. */
  advanceWithoutRegistry(promotionId: string): Promise<void>;
  end(): Promise<void>;
}

export async function openWay(): Promise<Way> {
  const [stage, registry] = await Promise.all([openStage(), startTestRegistry()]);
  const db = stage.worker;
  const log = createLog("worker", "silent");
  const engine = connectEngine({ socketPath: process.env["BERTH_TEST_DOCKER_SOCKET"] ?? "/var/run/docker.sock" });
  const client = createRegistry({ url: registry.url });
  const away = createRegistry({ url: "http://127.0.0.1:9", timeoutMs: 500 });
  const contextWith = (used: typeof client) => ({
    database: db,
    settings: stage.context.settings,
    log,
    engine,
    registry: { client: used, prefix: registry.host, plainHttp: true, credentials: undefined },
  });

  async function image(projectId: string, mark: string = randomUUID()) {
    const digest = await pushTiny(registry.url, "shop", mark);
    return db.image.create({
      data: {
        projectId,
        commit: mark.replaceAll("-", "").padEnd(40, "0").slice(0, 40),
        digest,
        repository: `${registry.host}/shop`,
        tag: mark.slice(0, 12),
        engineId: digest,
        pushed: true,
        sizeBytes: 1n,
        authorEmail: "deva@example.org",
      },
      select: { id: true, digest: true },
    });
  }

  return {
    stage,
    registry,
    image,
    async project() {
      return stage.project();
    },
    async someone(projectId, roles, name = "Somebody") {
      const person = await db.person.create({ data: { email: `${randomUUID()}@example.org`, name } });
      for (const role of roles) await db.membership.create({ data: { projectId, personId: person.id, role } });
      const { actorOfPerson } = await import("#lib/domain/access/authenticate.ts");
      const actor = await actorOfPerson(db, person.id);
      if (actor === null) throw new Error("nobody");
      return actor;
    },
    async live(projectId, stageName, tag, given) {
      const place = await db.stage.findFirstOrThrow({ where: { projectId, name: stageName } });
      const ref =
        tag === null
          ? null
          : await db.ref.upsert({
              where: { projectId_kind_name: { projectId, kind: "tag", name: tag } },
              create: { projectId, kind: "tag", name: tag, slug: tag.replaceAll(".", "-"), commit: "1".repeat(40) },
              update: {},
            });
      const found = await db.environment.findFirst({ where: { stageId: place.id, refId: ref?.id ?? null, destroyedAt: null } });
      const name = ref === null ? stageName : `${stageName}/${ref.name}`;
      const environment =
        found ??
        (await db.environment.create({
          data: {
            projectId,
            stageId: place.id,
            refId: ref?.id ?? null,
            name,
            slug: ref?.slug ?? stageName,
            host: `${randomUUID()}.preview.localhost`,
            appId: `/berth/${randomUUID()}`,
            instances: 1,
            runtimeLogId: randomUUID(),
          },
        }));
      const made = given ?? (await image(projectId));
      const { _max } = await db.release.aggregate({ where: { environmentId: environment.id }, _max: { number: true } });
      const release = await db.release.create({
        data: {
          environmentId: environment.id,
          number: (_max.number ?? 0) + 1,
          imageId: made.id,
          commit: "1".repeat(40),
          variables: await resolveVariables(db, environment),
          fingerprint: randomUUID(),
          instances: 1,
          cpus: place.cpus,
          mem: place.mem,
          port: 8080,
          healthPath: "/",
          servedAt: new Date(),
        },
      });
      await db.environment.update({
        where: { id: environment.id },
        data: { liveReleaseId: release.id, health: "healthy", desired: "running" },
      });
      return { environmentId: environment.id, releaseId: release.id, imageId: made.id, digest: made.digest };
    },
    async verdict({ environmentId, releaseId, imageId, digest }, kind) {
      const environment = await db.environment.findUniqueOrThrow({ where: { id: environmentId } });
      const release = await db.release.findUniqueOrThrow({ where: { id: releaseId } });
      const number = (await db.verdict.count({ where: { environmentId } })) + 1;
      await db.verdict.create({
        data: {
          projectId: environment.projectId,
          environmentId,
          number,
          releaseId,
          imageId,
          imageDigest: digest,
          commit: release.commit,
          fingerprint: release.fingerprint,
          kind,
          words: "Tried it.",
          givenById: randomUUID(),
          givenByName: "Tess",
        },
      });
    },
    collect: (projectId) => collectImages(contextWith(client), projectId),
    advance: (id) => advancePromotion(contextWith(client), id),
    advanceWithoutRegistry: (id) => advancePromotion(contextWith(away), id),
    async settleDeployments(projectId) {
      const waiting = await db.deployment.findMany({
        where: { projectId, status: { in: ["queued", "preparing", "deploying", "verifying"] } },
        orderBy: { createdAt: "asc" },
        include: { environment: { include: { stage: true } } },
      });
      for (const { id, environment, imageId, releaseId, configurationReleaseId } of waiting) {
        if (imageId === null && releaseId === null) {
          await db.deployment.update({ where: { id }, data: { status: "failed", endedAt: new Date() } });
          continue;
        }
        const { _max } = await db.release.aggregate({ where: { environmentId: environment.id }, _max: { number: true } });
        const { cpus, mem } = environment.stage;
        const made =
          releaseId ??
          (
            await db.release.create({
              data: {
                environmentId: environment.id,
                number: (_max.number ?? 0) + 1,
                imageId: imageId ?? "",
                commit: "1".repeat(40),
                variables: await resolveVariables(db, environment),
                fingerprint: configurationReleaseId ?? randomUUID(),
                instances: 1,
                cpus,
                mem,
                port: 8080,
                healthPath: "/",
                servedAt: new Date(),
              },
            })
          ).id;
        await db.deployment.update({ where: { id }, data: { status: "preparing" } });
        await db.deployment.update({ where: { id }, data: { status: "deploying", releaseId: made } });
        await db.deployment.update({ where: { id }, data: { status: "verifying" } });
        await db.deployment.update({ where: { id }, data: { status: "live", endedAt: new Date() } });
        await db.environment.update({ where: { id: environment.id }, data: { liveReleaseId: made, health: "healthy" } });
      }
    },
    async end() {
      await client.close();
      await away.close();
      await stage.end();
      await registry.stop();
    },
  };
}
