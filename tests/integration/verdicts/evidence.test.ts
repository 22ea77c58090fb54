import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { addEvidence } from "#lib/domain/verdicts/commands/add-evidence.ts";
import { giveVerdict } from "#lib/domain/verdicts/commands/give.ts";
import { getEvidence } from "#lib/domain/verdicts/queries.ts";
import { evidenceResponse, takeEvidence } from "#lib/server/evidence.ts";
import { type Stage, openStage, person } from "#tests/integration/domain/stage.ts";

import { livePlace, tester } from "./place.ts";

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const html = Buffer.from("<!doctype html><script>alert(document.domain)</script>".padEnd(400));
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'.padEnd(400));

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

const add = (environment: string, actor: Parameters<typeof addEvidence.run>[1], bytes: Buffer = png) =>
  addEvidence.run(stage.context, actor, { environment, bytes: bytes.toString("base64") });

/** As a browser sends it: what it says of name and type must not matter. */
async function upload(environment: string, actor: Parameters<typeof addEvidence.run>[1], body: BodyInit, length?: number) {
  const headers = new Headers({
    "content-type": "image/png",
    "content-disposition": 'attachment; filename="../../../etc/cron.d/evil.png"',
  });
  if (length !== undefined) headers.set("content-length", String(length));
  const options: RequestInit & { duplex: "half" } = { method: "POST", body, headers, duplex: "half" };
  const request = new Request(`http://localhost:3000/evidence?environment=${environment}`, options);
  return takeEvidence(stage.context, actor, request, () => Promise.resolve(actor));
}

describe("a picture", () => {
  it("is kept for who may judge, belongs to his verdict alone, and is shown to who may view the environment", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    const { id } = await add(place.environmentId, tess);
    expect(await getEvidence(stage.context, tess, id)).toMatchObject({ type: "image/png" });
    const tom = tester(place.projectId, { name: "Tom", email: "tom@example.org" });
    await expect(getEvidence(stage.context, tom, id)).rejects.toMatchObject({ code: "not_found" });
    const verdict = { environment: place.environmentId, verdict: "reject", words: "See.", evidence: [id] };
    await expect(giveVerdict.run(stage.context, tom, verdict)).rejects.toMatchObject({ code: "invalid_input" });
    await giveVerdict.run(stage.context, tess, verdict);
    expect((await getEvidence(stage.context, tom, id)).bytes).toEqual(new Uint8Array(png));
    await expect(giveVerdict.run(stage.context, tess, verdict)).rejects.toMatchObject({ code: "invalid_input" });
    const stranger = person(place.projectId, { review: ["view"] });
    await expect(getEvidence(stage.context, stranger, id)).rejects.toMatchObject({ code: "not_found" });
    for (const wrong of ["x", "../../etc/passwd", randomUUID()])
      await expect(getEvidence(stage.context, tess, wrong)).rejects.toMatchObject({ code: "not_found" });
    await expect(stage.worker.verdictEvidence.update({ where: { id }, data: { bytes: html } })).rejects.toThrow("never changed");
  });

  it("is of another environment's verdict never", async () => {
    const place = await livePlace(stage);
    const other = await livePlace(stage, { project: { id: place.projectId, slug: place.slug } });
    const tess = tester(place.projectId);
    const { id } = await add(other.environmentId, tess);
    const verdict = { environment: place.environmentId, verdict: "reject", words: "See.", evidence: [id] };
    await expect(giveVerdict.run(stage.context, tess, verdict)).rejects.toMatchObject({ code: "invalid_input" });
    expect(await stage.worker.verdict.count({ where: { environmentId: place.environmentId } })).toBe(0);
  });

  it.each([
    ["an SVG", svg],
    ["HTML with the name of a PNG", html],
    ["a PNG with a page behind its end", Buffer.concat([png, html])],
    ["nothing", Buffer.alloc(0)],
  ])("is refused when it is %s", async (_what, bytes) => {
    const place = await livePlace(stage);
    await expect(upload(place.environmentId, tester(place.projectId), new Uint8Array(bytes))).rejects.toMatchObject({
      code: "evidence_refused",
    });
    expect(await stage.worker.verdictEvidence.count({ where: { projectId: place.projectId } })).toBe(0);
  });

  it("of 20 MB is refused by what its sender says, and by what arrives when he says nothing", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    let given = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          given += 1024 * 1024;
          if (given > 20 * 1024 * 1024) controller.close();
          else controller.enqueue(new Uint8Array(1024 * 1024));
        },
      });
    await expect(upload(place.environmentId, tess, endless(), 20 * 1024 * 1024)).rejects.toMatchObject({ code: "payload_too_large" });
    expect(given).toBeLessThanOrEqual(2 * 1024 * 1024);
    await expect(upload(place.environmentId, tess, endless())).rejects.toMatchObject({ code: "payload_too_large" });
    expect(given).toBeLessThan(12 * 1024 * 1024);
    await expect(
      addEvidence.run(stage.context, tess, { environment: place.environmentId, bytes: "A".repeat(20 * 1024 * 1024) }),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("of somebody without the verb is not even read", async () => {
    const place = await livePlace(stage);
    const looker = { ...person(place.projectId, { staging: ["view", "deploy"] }), id: randomUUID() };
    let asked = false;
    const body = new ReadableStream<Uint8Array>({ pull: () => void (asked = true) }, { highWaterMark: 0 });
    await expect(upload(place.environmentId, looker, body)).rejects.toMatchObject({ code: "forbidden" });
    await expect(upload(randomUUID(), looker, new Uint8Array(png))).rejects.toMatchObject({ code: "not_found" });
    await expect(upload("../x", looker, new Uint8Array(png))).rejects.toMatchObject({ code: "not_found" });
    expect(asked).toBe(false);
  });

  it("keeps no name of its sender's, and is served as a picture that runs nothing", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    const answer: unknown = await (await upload(place.environmentId, tess, new Uint8Array(png))).json();
    const row = await stage.worker.verdictEvidence.findFirstOrThrow({ where: { projectId: place.projectId } });
    expect(answer).toEqual({ id: row.id });
    expect(JSON.stringify({ ...row, bytes: null })).not.toContain("evil");
    const served = evidenceResponse(await getEvidence(stage.context, tess, row.id));
    expect(Object.fromEntries(served.headers)).toMatchObject({
      "content-type": "image/png",
      "content-disposition": 'inline; filename="evidence.png"',
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    });
  });

  it("that belongs to no verdict goes when its uploader adds too many, and after a day; a project has so many bytes and no more", async () => {
    const place = await livePlace(stage);
    const tess = tester(place.projectId);
    for (let count = 0; count < 15; count += 1) await add(place.environmentId, tess);
    expect(await stage.worker.verdictEvidence.count({ where: { projectId: place.projectId } })).toBe(12);
    await stage.worker.verdictEvidence.updateMany({ where: { projectId: place.projectId }, data: { createdAt: new Date(0) } });
    await add(place.environmentId, tess);
    expect(await stage.worker.verdictEvidence.count({ where: { projectId: place.projectId } })).toBe(1);
    const five = 5 * 1024 * 1024;
    await stage.worker
      .$executeRaw`INSERT INTO verdict_evidence (id, project_id, environment_id, media_type, width, height, size_bytes, bytes, uploaded_by_id)
      SELECT gen_random_uuid(), ${place.projectId}::uuid, ${place.environmentId}::uuid, 'image/png', 1, 1, ${five}, decode(repeat('00', ${five}), 'hex'), gen_random_uuid()
      FROM generate_series(1, 52)`;
    await expect(add(place.environmentId, tess)).rejects.toMatchObject({ code: "evidence_full" });
  });
});
