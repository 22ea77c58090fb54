import { expect, it } from "vitest";

import { diffRefs } from "./diff.ts";

const known = (kind: "branch" | "tag", name: string, commit: string, goneAt: Date | null = null) => ({
  id: `${kind}/${name}`,
  kind,
  name,
  commit,
  goneAt,
});
const remote = (kind: "branch" | "tag", name: string, commit: string) => ({
  kind,
  name,
  commit,
  fullName: `refs/${kind === "tag" ? "tags" : "heads"}/${name}`,
});

it("tells new, moved, returned and gone refs apart, and a branch from a tag of the same name", () => {
  const changes = diffRefs(
    [
      known("branch", "same", "1"),
      known("branch", "moved", "1"),
      known("branch", "gone", "1"),
      known("branch", "back", "1", new Date()),
      known("branch", "long-gone", "1", new Date()),
      known("tag", "v1", "1"),
    ],
    [
      remote("branch", "same", "1"),
      remote("branch", "moved", "2"),
      remote("branch", "back", "1"),
      remote("branch", "v1", "1"),
      remote("tag", "v1", "1"),
      remote("branch", "new", "3"),
    ],
  );
  expect(changes.added.map((ref) => `${ref.kind}/${ref.name}`)).toEqual(["branch/v1", "branch/new"]);
  expect(changes.moved.map(({ known: ref }) => ref.name)).toEqual(["moved", "back"]);
  expect(changes.gone.map((ref) => ref.name)).toEqual(["gone"]);
});
