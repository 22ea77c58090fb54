import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Mailer, createMailer } from "#lib/adapters/mail/mailer.ts";
import { sendTestMail } from "#lib/domain/notifications/commands/test-mail.ts";
import { fanOut } from "#lib/domain/notifications/fan-out.ts";
import type { OutboxContext } from "#lib/domain/notifications/outbox.ts";
import { mailsPerHour, sendMails } from "#lib/domain/notifications/send-mails.ts";
import { createPerson } from "#lib/domain/people/commands/create.ts";
import { invitePerson } from "#lib/domain/people/commands/invite.ts";
import { type HttpClient, createHttpClient } from "#lib/platform/outbound-http/client.ts";

import { type PostOffice, openPostOffice } from "./post-office.ts";
import { type TellingStage, openTellingStage } from "./stage.ts";

let stage: TellingStage;
let office: PostOffice;
let mailer: Mailer;
let http: HttpClient;

beforeAll(async () => {
  stage = await openTellingStage();
  http = createHttpClient({ timeoutMs: 1_000, maxBodyBytes: 1_024, policy: "user" });
});

beforeEach(async () => {
  office = await openPostOffice();
  mailer = createMailer({ url: office.url, from: "Berth <berth@example.org>" });
});

afterEach(async () => {
  mailer.close();
  await office.close();
});

afterAll(async () => {
  await http.close();
  await stage.end();
});

const outbox = (): OutboxContext => ({
  database: stage.worker,
  settings: stage.context.settings,
  log: stage.log,
  sealingKey: stage.sealingKey,
  mailer,
  http,
  pausesSeconds: [0, 0, 0],
});
const tell = () => fanOut({ database: stage.worker, settings: stage.context.settings, log: stage.log, mails: true });
/** The window in which mails are gathered is over. */
const later = () => stage.owner.outgoingMessage.updateMany({ where: { state: "waiting" }, data: { nextAt: new Date(Date.now() - 1_000) } });

async function developer() {
  const project = await stage.project();
  const dev = await stage.person("Deva", { project: project.id, roles: ["developer"] });
  return { project, dev, place: await stage.environment(project, await dev.actor()) };
}

describe("mail", () => {
  it("waits a moment, and gathers what happened meanwhile into one", async () => {
    const { dev, place } = await developer();
    for (let count = 0; count < 3; count++) await stage.happen(place, "deployment.failed");
    await tell();
    expect(await sendMails(outbox())).toBe(0);
    await later();
    expect(await sendMails(outbox())).toBe(1);
    expect(office.mails.map(({ to }) => to)).toEqual([[dev.email]]);
    expect(office.mails[0]?.source).toMatch(/^Subject: 3 things happened in Shop/m);
    expect(await sendMails(outbox())).toBe(0);
  });

  it("carries text and HTML, says why, and where to turn it down", async () => {
    const { place } = await developer();
    await stage.happen(place, "deployment.failed");
    await tell();
    await later();
    await sendMails(outbox());
    const source = office.mails[0]?.source ?? "";
    expect(source).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(source).toContain("Told because you asked for it.");
    expect(source).toContain("http://localhost:3000/account/notifications");
    expect(source).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(source).toContain(`http://localhost:3000/deployments/${place.deploymentId}`);
  });

  it("cannot be given headers, markup or further recipients by a name", async () => {
    const { place, project } = await developer();
    await stage.owner.project.update({
      where: { id: project.id },
      data: { name: "Shop\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>" },
    });
    await stage.happen(place, "deployment.failed");
    await tell();
    await later();
    await sendMails(outbox());
    const [mail] = office.mails;
    expect(mail?.to).toHaveLength(1);
    const head = mail?.source.split("\r\n\r\n")[0] ?? "";
    expect(head).not.toMatch(/^Bcc:/im);
    const html = mail?.source.slice(mail.source.indexOf("<!doctype")) ?? "";
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toContain("<script>");
  });

  it("is not sent to somebody who lost the right while it waited", async () => {
    const { dev, place } = await developer();
    await stage.happen(place, "deployment.failed");
    await tell();
    await stage.owner.membership.deleteMany({ where: { personId: dev.id } });
    await later();
    await sendMails(outbox());
    expect(office.mails).toEqual([]);
    expect((await stage.owner.outgoingMessage.findFirstOrThrow({ where: { personId: dev.id } })).state).toBe("dropped");
  });

  it("comes at most so often an hour; the rest waits and goes together", async () => {
    const { dev, place } = await developer();
    for (let count = 0; count < mailsPerHour; count++) {
      await stage.happen(place, "deployment.failed");
      await tell();
      await later();
      expect(await sendMails(outbox())).toBe(1);
    }
    for (let count = 0; count < 5; count++) await stage.happen(place, "deployment.failed");
    await tell();
    await later();
    expect(await sendMails(outbox())).toBe(0);
    expect(office.mails).toHaveLength(mailsPerHour);
    expect(await stage.owner.outgoingMessage.count({ where: { personId: dev.id, state: "waiting" } })).toBe(5);
    await stage.owner.outgoingMessage.updateMany({
      where: { personId: dev.id, state: "sent" },
      data: { endedAt: new Date(Date.now() - 2 * 3_600_000) },
    });
    await later();
    expect(await sendMails(outbox())).toBe(1);
    expect(office.mails.at(-1)?.source).toMatch(/^Subject: 5 things happened/m);
  });

  it("is tried again when the server is away, under the same Message-ID, and given up when it refuses for good", async () => {
    const { dev, place } = await developer();
    await stage.happen(place, "deployment.failed");
    await tell();
    await later();
    office.refuse(451);
    expect(await sendMails(outbox())).toBe(0);
    const waiting = await stage.owner.outgoingMessage.findFirstOrThrow({ where: { personId: dev.id } });
    expect(waiting).toMatchObject({ state: "waiting", attempts: 1 });
    office.refuse(null);
    expect(await sendMails(outbox())).toBe(1);
    expect(office.mails[0]?.source).toContain(`Message-ID: <${waiting.id}@localhost>`);
    await stage.happen(place, "deployment.failed");
    await tell();
    await later();
    office.refuse(550);
    await sendMails(outbox());
    expect(await stage.owner.outgoingMessage.count({ where: { personId: dev.id, state: "failed" } })).toBe(1);
  });

  it("of a worker that died while sending is sent again after its claim has run out, not before", async () => {
    const { dev, place } = await developer();
    await stage.happen(place, "deployment.failed");
    await tell();
    await later();
    await stage.owner.outgoingMessage.updateMany({
      where: { personId: dev.id },
      data: { attempts: 1, claimedUntil: new Date(Date.now() + 60_000) },
    });
    expect(await sendMails(outbox())).toBe(0);
    await stage.owner.outgoingMessage.updateMany({ where: { personId: dev.id }, data: { claimedUntil: new Date(Date.now() - 1) } });
    expect(await Promise.all([sendMails(outbox()), sendMails(outbox())])).toEqual(expect.arrayContaining([0, 1]));
    expect(office.mails).toHaveLength(1);
  });
});

describe("a test mail", () => {
  it("goes to the admin who asks, at once, when there is a server, and is refused when there is none", async () => {
    const ada = await stage.person("Ada", undefined, { isAdmin: true });
    await expect(sendTestMail.run(stage.context, await ada.actor(), {})).rejects.toMatchObject({ code: "mail_not_set" });
    await stage.owner.partStatus.create({ data: { part: "mail", state: "up" } });
    await sendTestMail.run(stage.context, await ada.actor(), {});
    expect(await sendMails(outbox())).toBe(1);
    expect(office.mails[0]).toMatchObject({ to: [ada.email] });
    expect(office.mails[0]?.source).toMatch(/^Subject: Berth can send mail/m);
  });

  it("is for admins", async () => {
    const { dev } = await developer();
    await expect(sendTestMail.run(stage.context, await dev.actor(), {})).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("an invitation", () => {
  const sealed = (personId: string) => stage.owner.sealedSecret.count({ where: { scope: `invitation:${personId}` } });

  it("is mailed with its link, which nobody but the worker can open and nobody after the mail", async () => {
    const ada = await stage.person("Ada", undefined, { isAdmin: true });
    await stage.owner.partStatus.upsert({ where: { part: "mail" }, create: { part: "mail", state: "up" }, update: { state: "up" } });
    const { id, invitationUrl } = await createPerson.run(stage.context, await ada.actor(), {
      email: "new@example.org",
      name: "New",
      mail: true,
    });
    expect(await sealed(id)).toBe(1);
    expect(await sendMails(outbox())).toBe(1);
    expect(office.mails[0]?.to).toEqual(["new@example.org"]);
    expect(office.mails[0]?.source.replaceAll("=\r\n", "")).toContain(invitationUrl ?? "nothing");
    expect(await sealed(id)).toBe(0);
    expect(JSON.stringify(await stage.owner.outgoingMessage.findMany({ where: { personId: id }, select: { body: true } }))).not.toContain(
      "/invite/",
    );
  });

  it("that is replaced before it was sent is not sent", async () => {
    const ada = await stage.person("Ada", undefined, { isAdmin: true });
    const first = await createPerson.run(stage.context, await ada.actor(), { email: "second@example.org", name: "New", mail: true });
    const { url } = await invitePerson.run(stage.context, await ada.actor(), { person: first.id, mail: true });
    expect(await sealed(first.id)).toBe(1);
    expect(await sendMails(outbox())).toBe(1);
    expect(office.mails).toHaveLength(1);
    expect(office.mails[0]?.source.replaceAll("=\r\n", "")).toContain(url);
    expect(await sealed(first.id)).toBe(0);
  });
});
