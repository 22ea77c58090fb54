import { expect, test } from "vitest";

import { parseRepositoryPath } from "./path.ts";

test.each([
  ["", "."],
  [".", "."],
  ["./", "."],
  ["Dockerfile", "Dockerfile"],
  ["./docker//web/Dockerfile", "docker/web/Dockerfile"],
  ["web/", "web"],
  ["-rf", "-rf"],
  ["a b/größe", "a b/größe"],
  ["..a/b..", "..a/b.."],
])("%j inside a repository is %j", (text, path) => {
  expect(parseRepositoryPath(text)).toBe(path);
});

test.each(["..", "../x", "a/../b", "a/..", "/etc/passwd", "/", "a\0b", "a\nb", "a".repeat(513)])("%j is refused", (text) => {
  expect(() => parseRepositoryPath(text)).toThrow(expect.objectContaining({ code: "invalid_input" }));
});
