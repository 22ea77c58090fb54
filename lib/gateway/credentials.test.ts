import { expect, test } from "vitest";

import { credentialsOf } from "./credentials.ts";

const cookie = "__Host-berth-pass";
const pass = "p".repeat(43);
const token = "berth_pat_0123456789_abcdef";
const of = (...headers: string[]) =>
  credentialsOf(headers, cookie).map(({ kind, raw, ambient }) => `${kind} ${raw}${ambient ? " ambient" : ""}`);

test.each([
  [["Cookie", `a=1; ${cookie}=${pass}; b=2`], [`pass ${pass} ambient`]],
  [
    ["cookie", `${cookie}=${pass}`, "COOKIE", `${cookie}=${"q".repeat(43)}`],
    [`pass ${pass} ambient`, `pass ${"q".repeat(43)} ambient`],
  ],
  [["Authorization", `Bearer ${token}`], [`token ${token}`]],
  [["authorization", `bearer   ${token} `], [`token ${token}`]],
  [["Authorization", `Basic ${btoa(`ada:${token}`)}`], [`token ${token} ambient`]],
  [["X-BERTH-TOKEN", token], [`token ${token}`]],
  [["X-Berth-Token", "chosen-by-the-operator", "Authorization", "Bearer of-the-app"], ["token chosen-by-the-operator"]],
  [["Cookie", `${cookie}=${pass}`, "Authorization", `Bearer ${token}`], [`token ${token}`]],
  [["Cookie", `${cookie}=${pass}`, "Authorization", "Bearer of-the-app"], [`pass ${pass} ambient`]],
])("%j shows %j", (headers, expected) => {
  expect(of(...headers)).toEqual(expected);
});

test.each([
  [["Cookie", `${cookie}=short`]],
  [["Cookie", `${cookie}=${"x".repeat(4_000)}`]],
  [["Cookie", `x${cookie}=${pass}`]],
  [["Cookie", `${cookie}x=${pass}`]],
  [["Cookie", `${cookie.toUpperCase()}=${pass}`]],
  [["Cookie", `a="${cookie}=${pass}"`]],
  [["Cookie", `${cookie}=${"%41".repeat(14)}p`]],
  [["Authorization", token]],
  [["Authorization", `Bearer ${"x".repeat(40)}`]],
  [["Authorization", `Bearer ${token}${"x".repeat(300)}`]],
  [["Authorization", `Bearer ${token} ${token}`]],
  [["Authorization", `Basic ${btoa(token)}:`]],
  [["Authorization", "Basic !!!"]],
  [["X-Berth-Token", token, "X-Berth-Token", token]],
  [["X-Berth-Token", "short"]],
  [["X-Berth-Token", `${token}; DROP TABLE route`]],
  [["X-Berth-Token", "", "Cookie", `${cookie}=${pass}`]],
])("%j shows nothing", (headers) => {
  expect(of(...headers)).toEqual([]);
});

test("however many passes a header holds, a few are looked at", () => {
  const many = Array.from({ length: 100 }, (_, at) => `${cookie}=${String(at).padStart(43, "0")}`).join("; ");
  expect(of("Cookie", many, "Cookie", many)).toHaveLength(4);
});
