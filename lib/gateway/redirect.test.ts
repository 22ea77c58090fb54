import { expect, test } from "vitest";

import { ownPath } from "./redirect.ts";

test.each(["/", "/a/b?c=d&e=%2F", "/a//b", "/?next=https://elsewhere.example", "/.well-known/x", "/.berthing"])(
  "%j is a path of this host",
  (path) => {
    expect(ownPath(path)).toBe(path);
    expect(new URL(path, "http://own.invalid").host).toBe("own.invalid");
  },
);

test.each([
  null,
  undefined,
  "",
  "a",
  "//evil.example",
  "/\\evil.example",
  "/a\\b",
  "\\\\evil",
  "https://evil.example/",
  "javascript:alert(1)",
  "/a b",
  "/a\r\nSet-Cookie: x=1",
  "/ä",
  "/.berth/enter?code=x",
  "/.berth/status",
  `/${"x".repeat(700)}`,
])("%j becomes the first page", (path) => {
  expect(ownPath(path)).toBe("/");
});
