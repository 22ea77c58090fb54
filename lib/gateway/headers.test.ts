import { describe, expect, test } from "vitest";

import { createHeaderRules, forwardedHead, returnedHeaders } from "./headers.ts";

const rules = createHeaderRules(["__Host-berth", "__Secure-berth", "berth", "next-auth", "__Secure-next-auth", "__Host-next-auth"]);
const origin = { address: "203.0.113.7", scheme: "http", host: "a.preview.localhost:4000", requestId: "id-1" } as const;
const own = ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: a.preview.localhost:4000", "X-Request-Id: id-1"];
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

function forwarded(...rawHeaders: string[]): string[] {
  const { text } = forwardedHead(rules, { method: "GET", url: "/x?y", rawHeaders }, origin);
  const lines = text.split("\r\n");
  expect(lines[0]).toBe("GET /x?y HTTP/1.1");
  expect(lines.slice(-2)).toEqual(["", ""]);
  expect(lines.slice(-6, -2)).toEqual(own);
  return lines.slice(1, -6);
}

function returned(...rawHeaders: string[]): string[] {
  const flat = returnedHeaders(rules, rawHeaders);
  const lines = flat.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${flat[at + 1]}`] : []));
  expect(lines.slice(-2)).toEqual(["X-Robots-Tag: noindex", "Cross-Origin-Resource-Policy: same-site"]);
  return lines.slice(0, -2);
}

describe("towards the app", () => {
  test.each([
    ["Host", "A.Preview.Localhost:4000"],
    ["Accept", "text/html"],
    ["User-Agent", "x"],
    ["X-Custom", "1"],
    ["Content-Length", "5"],
    ["Authorization", "Bearer abc"],
    ["Authorization", basic("user:password")],
    ["Cookie", "theme=dark; harbour=1;b=2"],
    ["Cookie", "xberth=1; my-next-auth=2"],
    ["Origin", "http://a.preview.localhost:4000"],
    ["Sec-WebSocket-Key", "x"],
    ["X-Latin", "caf\u00e9"],
  ])("%s: %s passes untouched", (name, value) => {
    expect(forwarded(name, value)).toEqual([`${name}: ${value}`]);
  });

  test.each([
    "X-Forwarded-For",
    "x-forwarded-host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Anything",
    "Forwarded",
    "X-Real-IP",
    "X-WEBAUTH-USER",
    "x-webauth-role",
    "X_Forwarded_User",
    "Remote_User",
    "X-Middleware-Subrequest",
    "x-middleware-rewrite",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Request-Id",
    "X-Berth-Token",
    "x-berth-address",
    "Connection",
    "Keep-Alive",
    "Proxy-Authorization",
    "Proxy-Authenticate",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Upgrade",
    "HTTP2-Settings",
    "Expect",
  ])("%s never passes", (name) => {
    expect(forwarded(name, "forged", "Accept", "*/*")).toEqual(["Accept: */*"]);
  });

  test.each([
    ["berth_session=1", []],
    ["__Host-berth-session=1; theme=dark", ["Cookie: theme=dark"]],
    ["a=1; next-auth.session-token=x; b=2", ["Cookie: a=1; b=2"]],
    ["a=1;__Secure-next-auth.csrf=x;;  b=2", ["Cookie: a=1; b=2"]],
    ["__HOST-BERTH=1; BERTH=2; a=1", ["Cookie: a=1"]],
    ["a=1; =berth=1; \t berth=2", ["Cookie: a=1"]],
    ['"berth=1"; a=1', ["Cookie: a=1"]],
    ["berth", []],
  ])("platform cookies are taken out of %s", (value, expected) => {
    expect(forwarded("Cookie", value)).toEqual(expected);
  });

  test("platform cookies are taken out of every Cookie header", () => {
    expect(forwarded("Cookie", "a=1", "cookie", "berth=1", "COOKIE", "b=2; berth=3")).toEqual(["Cookie: a=1", "COOKIE: b=2"]);
  });

  test.each([
    "Bearer berth_abc",
    "bearer  berth_abc",
    "BEARER\tberth_abc",
    "Token berth_abc",
    "berth_abc",
    basic("me:berth_abc"),
    basic("berth_abc:"),
    basic("berth_abc"),
    basic("me:berth_abc").replace("Basic", "bAsIc"),
  ])("a Berth token never passes: %s", (value) => {
    expect(forwarded("Authorization", value)).toEqual([]);
  });

  test("headers named by Connection stay behind, but framing and receiver do not", () => {
    const lines = forwarded(
      "Connection",
      "close, X-Secret ,host, Content-Length, x-forwarded-for",
      "X-Secret",
      "1",
      "Host",
      "a",
      "Content-Length",
      "3",
    );
    expect(lines).toEqual(["Host: a", "Content-Length: 3"]);
  });

  test.each([
    [[], "none"],
    [["Content-Length", "0"], "none"],
    [["Content-Length", "7"], "length"],
    [["Transfer-Encoding", "chunked"], "chunked"],
  ])("a body is announced as it came: %j", (rawHeaders, body) => {
    const head = forwardedHead(rules, { method: "POST", url: "/", rawHeaders }, origin);
    expect(head.body).toBe(body);
    expect(head.text.includes("Transfer-Encoding: chunked\r\n")).toBe(body === "chunked");
  });

  test("an upgrade is asked for in the gateway's own words", () => {
    const rawHeaders = ["Connection", "keep-alive, Upgrade", "Upgrade", "websocket"];
    const { text } = forwardedHead(rules, { method: "GET", url: "/", rawHeaders }, origin, { upgrade: "websocket" });
    expect(text.endsWith("X-Request-Id: id-1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")).toBe(true);
  });
});

describe("towards the browser", () => {
  test.each([
    ["Content-Type", "text/html"],
    ["Set-Cookie", "a=1; Path=/; HttpOnly"],
    ["Set-Cookie", "__Host-mine=1; Secure; Path=/"],
    ["Location", "//evil.example/"],
    ["Content-Security-Policy", "default-src *"],
    ["Clear-Site-Data", '"cache", "storage"'],
    ["Server", "x"],
    ["X_Odd", "1"],
    ["Date", "now"],
  ])("%s: %s passes untouched", (name, value) => {
    expect(returned(name, value)).toEqual([`${name}: ${value}`]);
  });

  test.each([
    ["Connection", "close"],
    ["Keep-Alive", "timeout=5"],
    ["Transfer-Encoding", "chunked"],
    ["Trailer", "X"],
    ["Upgrade", "h2c"],
    ["Proxy-Authenticate", "Basic"],
    ["Set-Cookie", "berth=1"],
    ["Set-Cookie", "__Host-berth-session=1; Secure; Path=/"],
    ["set-cookie", "__hOsT-bErTh=1"],
    ["Set-Cookie", "  next-auth.session-token=1; Domain=preview.localhost"],
    ["Set-Cookie", "=__Host-berth=1"],
    ["Set-Cookie", "=berth=1"],
    ["Set-Cookie", "berth"],
    ["Clear-Site-Data", '"cookies"'],
    ["Clear-Site-Data", '"*"'],
  ])("%s: %s is dropped", (name, value) => {
    expect(returned(name, value, "A", "b")).toEqual(["A: b"]);
  });

  test.each([
    ["a=1; Domain=preview.localhost; Path=/", "a=1; Path=/"],
    ["a=1; domain=.preview.localhost", "a=1"],
    ["a=1;DOMAIN = x;Path=/;domain=y", "a=1;Path=/"],
    ["a=1; Domain", "a=1"],
    ["a=1; Domain=", "a=1"],
    ["domain=1; Path=/", "domain=1; Path=/"],
    ["a=1; Domains=x", "a=1; Domains=x"],
  ])("a cookie is bound to its own host: %s", (value, expected) => {
    expect(returned("Set-Cookie", value)).toEqual([`Set-Cookie: ${expected}`]);
  });

  test("headers named by Connection stay behind", () => {
    expect(returned("connection", "X-Hop", "X-Hop", "1", "X-Own", "2")).toEqual(["X-Own: 2"]);
  });

  test("a resource policy of the app's own stands", () => {
    expect(returnedHeaders(rules, ["cross-origin-resource-policy", "cross-origin"])).toEqual([
      "cross-origin-resource-policy",
      "cross-origin",
      "X-Robots-Tag",
      "noindex",
    ]);
  });

  test("two hundred cookies are judged one by one", () => {
    const raw = Array.from({ length: 200 }, (_, at) => ["Set-Cookie", at % 2 === 0 ? `berth${at}=1` : `a${at}=1; Domain=x`]).flat();
    expect(returned(...raw)).toEqual(Array.from({ length: 100 }, (_, at) => `Set-Cookie: a${at * 2 + 1}=1`));
  });
});

test("without prefixes no cookie is the platform's", () => {
  expect(forwardedHead(createHeaderRules([]), { method: "GET", url: "/", rawHeaders: ["Cookie", "berth=1"] }, origin).text).toContain(
    "Cookie: berth=1\r\n",
  );
});
