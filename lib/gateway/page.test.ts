import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { type PageView, pageContentPolicy, renderPage } from "./page.ts";

const hostile = `"><img src=x onerror=alert(1)>'</style></script><script>alert(2)</script>`;
const view: PageView = {
  title: hostile,
  icon: "failed",
  tone: "bad",
  word: hostile,
  help: hostile,
  names: { project: hostile, environment: hostile },
  note: hostile,
  action: { href: `http://localhost:3000/${hostile}`, label: hostile },
  follows: { state: hostile, seconds: 3.7, counts: true },
  reference: hostile,
};

test("hostile texts stay text", () => {
  const html = renderPage(view);
  expect(html).not.toContain("<img");
  expect(html).not.toContain("alert(2)</script>");
  expect(html.match(/<script>/g)).toHaveLength(1);
  expect(html.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThan(6);
  expect(html).toContain('data-seconds="3"');
});

test("the content policy lets exactly the page's own style and script run", () => {
  const html = renderPage({
    ...view,
    title: "T",
    word: "W",
    help: "H",
    names: { project: "P", environment: "E" },
    note: "N",
    action: { href: "/", label: "L" },
    reference: "R",
  });
  for (const tag of ["style", "script"]) {
    const body = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? "";
    expect(pageContentPolicy).toContain(`${tag}-src 'sha256-${createHash("sha256").update(body).digest("base64")}'`);
  }
  expect(html).not.toMatch(/ style="| on[a-z]+="/);
});

test("a page that follows nothing has no script and asks for no refresh", () => {
  const html = renderPage({ title: "T", icon: "unknown", tone: "calm", word: "W", help: "H" });
  expect(html).not.toContain("<script");
  expect(html).not.toContain("refresh");
});

test("endless texts are cut", () => {
  expect(renderPage({ ...view, note: "x".repeat(1_000_000) }).length).toBeLessThan(40_000);
});
