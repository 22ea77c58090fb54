import { expect, test } from "vitest";

import { environmentHost, onlyHost } from "./host.ts";

const env = "issue-1--shop.preview.localhost";

test.each([
  [env],
  [env.toUpperCase()],
  [`${env}:443`],
  [`${env}:4000`],
  [`${env}.`],
  [`${env}.:4000`],
  ["Issue-1--Shop.Preview.LocalHost:80"],
])("%s names the environment", (header) => {
  expect(environmentHost(header, ".preview.localhost")).toBe(env);
});

test("a punycode label stays as it is", () => {
  expect(environmentHost("XN--caf-dma--shop.preview.localhost", ".preview.localhost")).toBe("xn--caf-dma--shop.preview.localhost");
});

test.each([
  [""],
  ["preview.localhost"],
  [".preview.localhost"],
  [`x.${env}`],
  [`${env}.evil`],
  ["evilpreview.localhost"],
  ["issue-1--shop.evilpreview.localhost"],
  [`user@${env}`],
  [`${env}@evil`],
  [`${env}/../y`],
  [`${env}/`],
  [`${env}?x`],
  [`${env}#x`],
  [`${env}..`],
  [`${env}:`],
  [`${env}:80:80`],
  [`${env}:999999`],
  [`${env}:a`],
  [`${env} `],
  [` ${env}`],
  [`${env},${env}`],
  ["127.0.0.1"],
  ["[::1]"],
  ["[::1]:4000"],
  ["2130706433"],
  ["localhost"],
  ["under_score.preview.localhost"],
  ["caf\u00e9.preview.localhost"],
  ["\u0130ssue.preview.localhost"],
  [`${"a".repeat(64)}.preview.localhost`],
  [`${"a.".repeat(150)}preview.localhost`],
  [`${"a".repeat(300)}`],
  ["a".repeat(1_000_000)],
])("%# names nothing", (header) => {
  expect(environmentHost(header, ".preview.localhost")).toBeNull();
});

test("exactly one Host header counts, in any spelling", () => {
  expect(onlyHost(["Accept", "*/*", "hOST", "a"])).toBe("a");
  expect(onlyHost(["Host", "a", "host", "a"])).toBeNull();
  expect(onlyHost(["Host", "a", "X", "y", "HOST", "b"])).toBeNull();
  expect(onlyHost(["Accept", "*/*"])).toBeNull();
});
