import { type IncomingMessage, request as httpRequest } from "node:http";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type Stage, ask, createStage, eventually, known } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ statusStreams: 2 });
});
afterAll(() => stage.end());

const html = { headers: { Accept: "text/html,application/xhtml+xml" } };

function openStatus(host: string): Promise<{ response: IncomingMessage; events: unknown[]; ended: () => boolean }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port: stage.gateway.port, path: "/.berth/status", agent: false, headers: { Host: host } },
      (response) => {
        const events: unknown[] = [];
        let text = "";
        let over = false;
        response.on("data", (piece: Buffer) => {
          text += piece.toString();
          const blocks = text.split("\n\n");
          text = blocks.pop() ?? "";
          for (const block of blocks) if (block.startsWith("data: ")) events.push(JSON.parse(block.slice(6)));
        });
        response.on("end", () => (over = true));
        resolve({ response, events, ended: () => over });
      },
    );
    request.on("error", reject);
    request.end();
  });
}

test("a waiting page names the environment, its step and its deployment", async () => {
  const host = "building--shop.preview.localhost";
  await stage.route({
    host,
    state: "building",
    note: "Step 3 of 7: npm ci",
    link: "/deployments/42",
    project: "Shop",
    environment: "review/issue-1",
  });
  await known(stage, host);
  const page = await ask(stage.gateway.port, host, html);
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.text).toContain("review/issue-1");
  expect(page.text).toContain("Step 3 of 7: npm ci");
  expect(page.text).toContain('href="http://localhost:3000/deployments/42"');
  expect(page.text).toContain('<noscript><meta http-equiv="refresh" content="3"></noscript>');
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-/);
});

test.each(["javascript:alert(1)", "https://evil.example/", "//evil.example/x", "http://[", "data:text/html,x"])(
  "a link that leads elsewhere (%s) is not shown",
  async (link) => {
    const host = `link-${Buffer.from(link).toString("hex")}--shop.preview.localhost`;
    await stage.route({ host, state: "failed", link });
    await known(stage, host);
    const page = await ask(stage.gateway.port, host, html);
    expect(page.text).toContain('href="http://localhost:3000/"');
    expect(page.text).not.toMatch(/evil|javascript:|data:text/);
  },
);

test("a status stream tells each step, then that the environment is live, and ends", async () => {
  const host = "follow--shop.preview.localhost";
  const app = await stage.app((request, response) => response.end(`app ${request.url}`));
  const id = await stage.route({ host, state: "building", note: "one" });
  await known(stage, host);
  const status = await openStatus(host);
  expect(status.response.headers).toMatchObject({ "content-type": "text/event-stream", "cache-control": "no-store" });
  await eventually(() => expect(status.events).toEqual([{ state: "building", note: "one" }]));
  await stage.route({ id, host, state: "starting", note: "two\nlines </script>" });
  await eventually(() => expect(status.events.at(-1)).toEqual({ state: "starting", note: "two\nlines </script>" }));
  await stage.route({ id, host, targets: [app.target()] });
  await eventually(() => expect(status.ended()).toBe(true));
  expect(status.events.at(-1)).toEqual({ state: "live", note: "" });
  expect((await ask(stage.gateway.port, host, { path: "/.berth/status" })).text).toBe("app /.berth/status");
});

test("a status stream ends when its environment goes", async () => {
  const host = "going--shop.preview.localhost";
  const id = await stage.route({ host, state: "building" });
  await known(stage, host);
  const status = await openStatus(host);
  await stage.sql.query("DELETE FROM route WHERE environment_id = $1", [id]);
  await eventually(() => expect(status.ended()).toBe(true));
  expect(status.events.at(-1)).toEqual({ state: "gone", note: "" });
});

test("there are no more status streams than allowed, and a closed one makes room", async () => {
  const host = "crowd--shop.preview.localhost";
  await stage.route({ host, state: "building" });
  await known(stage, host);
  const open = [await openStatus(host), await openStatus(host)];
  expect((await openStatus(host)).response.statusCode).toBe(503);
  for (const { response } of open) response.destroy();
  await eventually(async () => {
    const { response } = await openStatus(host);
    response.destroy();
    expect(response.statusCode).toBe(200);
  });
});

test("HEAD of a page has its head alone", async () => {
  const answer = await ask(stage.gateway.port, "no.such.preview.localhost", { ...html, method: "HEAD" });
  expect([answer.status, answer.text]).toEqual([404, ""]);
  expect(Number(answer.headers["content-length"])).toBeGreaterThan(1_000);
});
