import { expect, test } from "vitest";

import { createCgiHeadParser } from "./cgi-response.ts";

test("a head that arrives in pieces is read once it is whole", () => {
  const parser = createCgiHeadParser();
  expect(parser.push(Buffer.from("Status: 404 Not Found\r\nContent-Ty"))).toBeNull();
  const head = parser.push(Buffer.from("pe: text/plain\r\nSet-Cookie: a=b\r\n\r\nbody"));
  expect(head?.status).toBe(404);
  expect([...(head?.headers ?? [])]).toEqual([["content-type", "text/plain"]]);
  expect(head?.rest.toString()).toBe("body");
});

test("redirects, endless heads and lines that are no headers are refused", () => {
  expect(createCgiHeadParser().push(Buffer.from("Status: 302 Found\n\n"))?.status).toBe(500);
  expect(() => createCgiHeadParser().push(Buffer.alloc(20_000, "a"))).toThrow(expect.objectContaining({ code: "git_failed" }));
  expect(() => createCgiHeadParser().push(Buffer.from("no header\n\n"))).toThrow(expect.objectContaining({ code: "git_failed" }));
});
