import { expect, it } from "vitest";

import { composeNote, issueUrl, noteText } from "./compose.ts";

const commit = (subject: string, author = "Ada") => ({ commit: "abcdef1234567890", subject, author });

it("groups commits by their type, breaking ones first, and says what has no type under other changes", () => {
  const note = composeNote([commit("fix(cart): round to cents"), commit("feat: pay by card"), commit("feat!: drop v1"), commit("Tidy up")]);
  expect(note.groups.map(({ title, entries }) => `${title}: ${entries.map(({ words }) => words).join()}`)).toEqual([
    "Breaking changes: drop v1",
    "Features: pay by card",
    "Fixes: round to cents",
    "Other changes: Tidy up",
  ]);
  expect(note.groups[2]?.entries[0]?.scope).toBe("cart");
});

it("leaves merges out of the list and keeps the issues they name", () => {
  const note = composeNote([
    commit("Merge pull request #7 from ada/cart"),
    commit("fix: totals, closes #12 (#13)", "Tom"),
    commit("see #12 and ##4"),
  ]);
  expect(note.issues).toEqual([7, 12, 13]);
  expect(note.authors).toEqual(["Tom", "Ada"]);
});

it("reads hostile subjects in time that grows with their length alone", () => {
  const begun = process.cpuUsage().user;
  composeNote([commit(`${"a(".repeat(50_000)}: x`), commit("#".repeat(100_000)), commit(`feat(${"(".repeat(100_000)}`)]);
  expect((process.cpuUsage().user - begun) / 1_000_000).toBeLessThan(5);
});

it("as Markdown it holds everything that the page shows", () => {
  expect(noteText("v1.0 → v1.1", composeNote([commit("feat(shop): sell compasses #3")]))).toBe(
    "# v1.0 → v1.1\n\n## Features\n\n- shop: sell compasses #3 (abcdef1, Ada)\n\nIssues: #3\n\nBy Ada\n",
  );
});

it("links issues where the forge is known by its address, and nowhere else", () => {
  expect(issueUrl("https://github.com/acme/shop.git", 3)).toBe("https://github.com/acme/shop/issues/3");
  expect(issueUrl("https://gitlab.example.org/acme/shop", 3)).toBe("https://gitlab.example.org/acme/shop/-/issues/3");
  expect([issueUrl(null, 3), issueUrl("git@github.com:acme/shop.git", 3), issueUrl("file:///srv/shop", 3)]).toEqual([null, null, null]);
});
