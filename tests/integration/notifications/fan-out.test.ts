import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { toldKinds } from "#lib/core/event-kinds.ts";
import { chooseNotifications, muteProject } from "#lib/domain/notifications/commands/choose.ts";
import { markRead } from "#lib/domain/notifications/commands/read.ts";
import { fanOut } from "#lib/domain/notifications/fan-out.ts";
import { getChoices, listNotifications } from "#lib/domain/notifications/queries.ts";

import { type Someone, type TellingStage, openTellingStage } from "./stage.ts";

let stage: TellingStage;

beforeAll(async () => {
  stage = await openTellingStage();
});

afterAll(async () => {
  await stage.end();
});

const tell = (mails = true) => fanOut({ database: stage.worker, settings: stage.context.settings, log: stage.log, mails });
const bell = async (who: Someone) => (await listNotifications(stage.context, await who.actor())).items;

/** A project with somebody of each role, and an environment the developer asked for whose commit a colleague wrote. */
async function crew() {
  const project = await stage.project();
  const given = (...roles: ReadonlyArray<"developer" | "tester" | "ops">) => ({ project: project.id, roles });
  const [dev, author, tester, ops, outsider] = await Promise.all([
    stage.person("Deva", given("developer")),
    stage.person("Aki", given("developer")),
    stage.person("Tess", given("tester")),
    stage.person("Olu", given("ops")),
    stage.person("Oskar"),
  ]);
  const place = await stage.environment(project, await dev.actor(), author.email);
  return { project, dev, author, tester, ops, outsider, place };
}

describe("an event", () => {
  it("is told to its author and to who asked for it, once each, and to nobody who is not meant", async () => {
    const { dev, author, tester, ops, outsider, place } = await crew();
    await stage.happen(place, "deployment.failed");
    await tell();
    expect((await bell(dev)).map(({ kind, because }) => [kind, because])).toEqual([["deployment.failed", "you asked for it"]]);
    expect((await bell(author)).map(({ because }) => because)).toEqual(["you wrote the commit"]);
    for (const other of [tester, ops, outsider]) expect(await bell(other)).toEqual([]);
    expect(await tell()).toBe(0);
    expect(await bell(dev)).toHaveLength(1);
  });

  it("leads to the failed deployment and says what happened in one line", async () => {
    const { dev, place } = await crew();
    await stage.happen(place, "deployment.failed");
    await tell();
    const [item] = await bell(dev);
    expect(item?.href).toBe(`/deployments/${place.deploymentId}`);
    expect(item?.headline).toMatch(/^review\/issue-\w+ failed to deploy$/);
  });

  it("reaches the author of a commit that was rejected, and those who may promote when it was approved", async () => {
    const { author, ops, tester, place } = await crew();
    await stage.happen(place, "verdict.given", { verdict: "rejected", actorId: tester.id });
    await tell();
    expect((await bell(author))[0]?.headline).toMatch(/was rejected$/);
    expect(await bell(ops)).toEqual([]);
    await stage.happen(place, "verdict.given", { verdict: "approved", actorId: tester.id });
    await tell();
    // The next stage by promotion is UAT, where the default matrix lets testers and ops promote; who gave the verdict is not told of it.
    expect((await bell(ops)).map(({ headline }) => headline.replace(/^\S+ /, ""))).toEqual(["was approved"]);
    expect(await bell(tester)).toEqual([]);
    expect(await bell(author)).toHaveLength(1);
  });

  it("is not told to somebody who lost the right to see it, neither then nor afterwards", async () => {
    const { dev, author, place, project } = await crew();
    await stage.happen(place, "deployment.failed");
    await stage.owner.membership.deleteMany({ where: { personId: author.id } });
    await tell();
    expect(await stage.owner.notification.count({ where: { personId: author.id } })).toBe(0);
    expect(await bell(dev)).toHaveLength(1);
    await stage.owner.membership.deleteMany({ where: { personId: dev.id, projectId: project.id } });
    expect(await bell(dev)).toEqual([]);
    expect((await listNotifications(stage.context, await dev.actor())).unread).toBe(0);
  });

  it("is not told to somebody who is disabled", async () => {
    const { dev, place } = await crew();
    await stage.owner.person.update({ where: { id: dev.id }, data: { disabledAt: new Date() } });
    await stage.happen(place, "deployment.failed");
    await tell();
    expect(await stage.owner.notification.count({ where: { personId: dev.id } })).toBe(0);
  });

  it("of another kind is told to nobody and waits for nothing", async () => {
    const { place } = await crew();
    const id = await stage.happen(place, "deployment.verifying");
    expect((await stage.owner.event.findUniqueOrThrow({ where: { id } })).untold).toBe(false);
  });

  it("carries at most eight kilobytes of detail, and loses it rather than the change it belongs to", async () => {
    const { place } = await crew();
    const id = await stage.happen(place, "deployment.live", { words: "x".repeat(10_000) });
    expect((await stage.owner.event.findUniqueOrThrow({ where: { id } })).detail).toEqual({ truncated: true });
  });
});

describe("the fan-out", () => {
  it("tells each person once although two workers do it at the same time", async () => {
    const { dev, place } = await crew();
    for (let count = 0; count < 12; count++) await stage.happen(place, "deployment.failed");
    const told = await Promise.all([tell(), tell(), tell()]);
    expect(told.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(12);
    expect(await bell(dev)).toHaveLength(12);
    expect(await stage.owner.outgoingMessage.count({ where: { personId: dev.id } })).toBe(12);
  });

  it("begins again with an event whose worker ended half-way, and tells nobody twice", async () => {
    const { dev, author, place } = await crew();
    const id = await stage.happen(place, "deployment.failed");
    await tell();
    // What a worker leaves that ends before the commit: the mark is still there. What one left that an older version wrote row by row: a row too.
    await stage.owner.event.update({ where: { id }, data: { untold: true } });
    await stage.owner.notification.deleteMany({ where: { personId: author.id } });
    await tell();
    expect(await bell(dev)).toHaveLength(1);
    expect(await bell(author)).toHaveLength(1);
    expect(await stage.owner.outgoingMessage.count({ where: { eventId: id } })).toBe(2);
  });

  it("loses no event that commits late, after younger ones were told", async () => {
    const { dev, place } = await crew();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun: () => void = () => undefined;
    const inserted = new Promise<void>((resolve) => (begun = resolve));
    const slow = stage.owner.$transaction(async (tx) => {
      await tx.event.create({ data: { ...place, kind: "deployment.failed", untold: true, message: "late" } });
      begun();
      await held;
    });
    await inserted;
    await stage.happen(place, "deployment.failed");
    await tell();
    expect(await bell(dev)).toHaveLength(1);
    release();
    await slow;
    await tell();
    expect((await bell(dev)).map(({ message }) => message).toSorted()).toEqual(["It happened.", "late"]);
  });

  it("puts no mail into the box where there is no mail server", async () => {
    const { place } = await crew();
    const id = await stage.happen(place, "deployment.failed");
    await tell(false);
    expect(await stage.owner.outgoingMessage.count({ where: { eventId: id } })).toBe(0);
  });
});

describe("a choice", () => {
  it("turns a kind off by one channel and leaves the other", async () => {
    const { dev, place } = await crew();
    await chooseNotifications.run(stage.context, await dev.actor(), {
      choices: [{ kind: "deployment.failed", channel: "app", wanted: false }],
    });
    const id = await stage.happen(place, "deployment.failed");
    await tell();
    expect(await bell(dev)).toEqual([]);
    expect(await stage.owner.outgoingMessage.count({ where: { eventId: id, personId: dev.id } })).toBe(1);
  });

  it("that equals the default is kept nowhere", async () => {
    const { dev } = await crew();
    const choose = async (wanted: boolean) =>
      chooseNotifications.run(stage.context, await dev.actor(), { choices: [{ kind: "deployment.live", channel: "mail", wanted }] });
    await choose(true);
    expect(await stage.owner.notificationChoice.count({ where: { personId: dev.id } })).toBe(1);
    await choose(false);
    expect(await stage.owner.notificationChoice.count({ where: { personId: dev.id } })).toBe(0);
    const { kinds } = await getChoices(stage.context, await dev.actor());
    expect(kinds.map(({ kind }) => kind)).toEqual([...toldKinds]);
  });

  it("to hear nothing of a project holds for that project", async () => {
    const { dev, place, project } = await crew();
    await muteProject.run(stage.context, await dev.actor(), { project: project.slug, muted: true });
    const id = await stage.happen(place, "deployment.failed");
    await tell();
    expect(await bell(dev)).toEqual([]);
    expect(await stage.owner.outgoingMessage.count({ where: { eventId: id, personId: dev.id } })).toBe(0);
  });
});

describe("marking as read", () => {
  it("changes one's own and nobody else's", async () => {
    const { dev, author, place } = await crew();
    await stage.happen(place, "deployment.failed");
    await tell();
    const [foreign] = await bell(author);
    await markRead.run(stage.context, await dev.actor(), { ids: [foreign?.id ?? ""] });
    expect((await bell(author))[0]?.read).toBe(false);
    await markRead.run(stage.context, await dev.actor(), { all: true });
    expect((await bell(dev)).every(({ read }) => read)).toBe(true);
    expect((await bell(author))[0]?.read).toBe(false);
  });
});
