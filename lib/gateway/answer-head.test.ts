import { expect, test } from "vitest";

import { parseAnswerHead } from "./answer-head.ts";

const ok = (...lines: string[]) => ["HTTP/1.1 200 OK", ...lines].join("\r\n");

test.each([
  [ok("Content-Length: 5"), "GET", { framing: "length", length: 5, keepAlive: true }],
  [ok("content-length:0"), "GET", { framing: "length", length: 0, keepAlive: true }],
  [ok("Transfer-Encoding: Chunked"), "GET", { framing: "chunked", keepAlive: true }],
  [ok(), "GET", { framing: "close", keepAlive: false }],
  [ok("Content-Length: 5"), "HEAD", { framing: "none", keepAlive: true }],
  [ok("Transfer-Encoding: chunked"), "HEAD", { framing: "none", keepAlive: true }],
  ["HTTP/1.1 204 No Content", "GET", { framing: "none", keepAlive: true, reason: "No Content" }],
  ["HTTP/1.1 304\r\nContent-Length: 9", "GET", { framing: "none", status: 304, reason: "" }],
  ["HTTP/1.1 100 Continue", "POST", { framing: "none", status: 100 }],
  [ok("Connection: close", "Content-Length: 1"), "GET", { keepAlive: false }],
  [ok("Connection: x", "Connection: Close", "Content-Length: 1"), "GET", { keepAlive: false }],
  [ok("Keep-Alive: timeout=5", "Content-Length: 1"), "GET", { keepAliveSeconds: 5 }],
  ["HTTP/1.0 200 OK\r\nContent-Length: 1", "GET", { framing: "length", keepAlive: false }],
  ["HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive", "GET", { keepAlive: true }],
  ["HTTP/1.0 200 OK", "GET", { framing: "close" }],
])("%j to %s is read", (text, method, expected) => {
  expect(parseAnswerHead(text, method)).toMatchObject(expected);
});

test("headers keep order, spelling and bytes", () => {
  expect(parseAnswerHead(ok("X-One:  a b \t", "x-one: caf\u00e9", "Empty:"), "GET")?.rawHeaders).toEqual([
    "X-One",
    "a b",
    "x-one",
    "caf\u00e9",
    "Empty",
    "",
  ]);
});

test.each([
  [""],
  ["HTTP/2 200 OK"],
  ["HTTP/1.1 2000 OK"],
  ["HTTP/1.1 020 OK"],
  ["HTTP/1.1  200 OK"],
  ["ICY 200 OK"],
  [ok("Content-Length: 5", "Transfer-Encoding: chunked")],
  [ok("Content-Length: 5", "Content-Length: 5")],
  [ok("Content-Length: 5, 5")],
  [ok("Content-Length: +5")],
  [ok("Content-Length: -1")],
  [ok("Content-Length: 0x5")],
  [ok("Content-Length:")],
  [ok("Content-Length: 99999999999999999999")],
  [ok("Transfer-Encoding: xchunked")],
  [ok("Transfer-Encoding: gzip, chunked")],
  [ok("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")],
  ["HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked"],
  [ok("Content-Length : 5")],
  [ok(" folded: 1")],
  [ok("A: 1", " folded")],
  [ok("no colon")],
  [ok(": nameless")],
  [ok("A: 1\nB: 2")],
  [ok("A: 1\rB: 2")],
  [ok("A: \0")],
  [ok("A: \u007f")],
  [ok("", "A: 1")],
  [ok(...Array.from({ length: 1_001 }, () => "A: 1"))],
])("%# is refused", (text) => {
  expect(parseAnswerHead(text, "GET")).toBeNull();
});
