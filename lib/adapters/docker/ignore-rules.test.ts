import dockerignore from "@balena/dockerignore";
import { describe, expect, it } from "vitest";

import { createIgnoreRules } from "./ignore-rules.ts";

const paths = [
  "Dockerfile",
  "a",
  "a.log",
  "b.txt",
  ".git",
  ".git/config",
  ".env",
  ".env.local",
  "node_modules",
  "node_modules/x/index.js",
  "src",
  "src/a.ts",
  "src/a.log",
  "src/deep/er/b.log",
  "src/node_modules",
  "src/node_modules/y.js",
  "docs/readme.md",
  "docs/de/readme.md",
  "docs/file.md",
  "temp",
  "tempa",
  "some/temp",
  "some/tempb/x",
  "A",
  "[x]",
  "a b",
  "é.txt",
  "dist/keep/x",
  "dist/drop",
];

describe("a .dockerignore", () => {
  it.each([
    "node_modules",
    "/node_modules",
    "./node_modules/",
    "node_modules/**",
    "**/node_modules",
    "**/*.log",
    "*.log",
    "*/*.log",
    "*/temp*",
    "temp?",
    "**",
    "*",
    "src",
    "src/",
    "src/*",
    "src/**/*.log",
    "**/deep/**",
    "docs/*/readme.md",
    "**/readme.md",
    ".env*",
    "[a-b]*",
    "[^a]",
    "a b",
    "é.txt",
    "# remark",
    "#a",
    "",
    "src/../a",
    "..",
    "../a",
    ".",
    "/",
    "*.md\n!docs/readme.md",
    "dist\n!dist/keep",
    "**\n!src",
    "*\n!*.log",
    "docs\n!docs/de\ndocs/de/readme.md",
    "!a",
    "a\n!a\na",
    "*.log\r\ntemp*\r\n",
    "  a.log  ",
    "! a.log",
  ])("leaves out the same as another implementation of Docker's rules: %j", (text) => {
    const theirs = dockerignore({ ignorecase: false }).add(text);
    const ignored = createIgnoreRules(text);
    expect(paths.filter((path) => ignored(path))).toEqual(paths.filter((path) => theirs.ignores(path)));
  });

  it.each([
    ["**/a/**/b", "x/a/y/z/b", true],
    ["**/a/**/b", "a/b", true],
    ["**/a/**/b", "ab", false],
    ["a**b", "a/x/b", true],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["[", "[", true],
    ["a?c", "a/c", false],
    ["**/.git", ".git/hooks/x", true],
    ["\uFEFFa", "a", true],
    ["a/b", "a/b/c/d", true],
    ["a/b", "a/bc", false],
    ["!", "a", false],
  ])("%j and %j: %s", (pattern, path, expected) => {
    expect(createIgnoreRules(pattern)(path)).toBe(expected);
  });

  it("takes no time for patterns made to be slow", () => {
    const started = performance.now();
    const ignored = createIgnoreRules(`${"*a".repeat(60)}b\n${"**/a".repeat(100)}b\n${"*".repeat(3000)}x`);
    expect(ignored("a".repeat(250))).toBe(false);
    expect(ignored("a/".repeat(1000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("is refused when it has thousands of rules", () => {
    expect(() => createIgnoreRules("a\n".repeat(1001))).toThrowError(expect.objectContaining({ code: "build_failed" }));
  });
});
