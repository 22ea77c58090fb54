import { expect, test } from "vitest";

import { parseGitRequest } from "./http-backend.ts";

test("the three requests of smart HTTP are understood", () => {
  expect(parseGitRequest("/git/shop.git/info/refs?service=git-upload-pack", "GET")).toEqual({
    repository: "shop",
    pathInfo: "/info/refs",
    query: "service=git-upload-pack",
    service: "upload-pack",
  });
  expect(parseGitRequest("/git/shop.git/info/refs?service=git-receive-pack", "GET")?.service).toBe("receive-pack");
  expect(parseGitRequest("/git/shop-2.git/git-upload-pack", "POST")).toEqual({
    repository: "shop-2",
    pathInfo: "/git-upload-pack",
    query: "",
    service: "upload-pack",
  });
  expect(parseGitRequest("/git/shop.git/git-receive-pack", "POST")).toEqual({
    repository: "shop",
    pathInfo: "/git-receive-pack",
    query: "",
    service: "receive-pack",
  });
});

test.each([
  ["GET", "/git/../x.git/info/refs?service=git-upload-pack"],
  ["GET", "/git/%2e%2e.git/info/refs?service=git-upload-pack"],
  ["GET", "/git/a/b.git/info/refs?service=git-upload-pack"],
  ["GET", "/git/shop.git/info/refs"],
  ["GET", "/git/shop.git/info/refs?service=git-upload-archive"],
  ["GET", "/git/shop.git/info/refs?service=git-upload-pack&x=1"],
  ["GET", "/git/shop.git/HEAD"],
  ["GET", "/git/shop.git/config"],
  ["GET", "/git/shop.git/objects/info/packs"],
  ["GET", "/git/shop.git/git-upload-pack"],
  ["POST", "/git/shop.git/git-upload-archive"],
  ["POST", "/git/shop.git/git-upload-pack?x"],
  ["POST", "/git/shop.git/info/refs?service=git-upload-pack"],
  ["POST", "/git/Shop.git/git-upload-pack"],
  ["POST", "/git/-shop.git/git-upload-pack"],
  ["POST", "/git/shop.git//git-upload-pack"],
  ["POST", "/git/shop.git/git-upload-pack\n"],
  ["HEAD", "/git/shop.git/info/refs?service=git-upload-pack"],
  ["PUT", "/git/shop.git/git-receive-pack"],
  ["GET", "http://evil/git/shop.git/info/refs?service=git-upload-pack"],
])("%s %s is nothing", (method, url) => {
  expect(parseGitRequest(url, method)).toBeNull();
});
