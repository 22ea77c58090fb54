import { describe, expect, it } from "vitest";

import { authFor } from "./registry-auth.ts";

const auth = Buffer.from("robot:pass:word").toString("base64");

describe("registry credentials", () => {
  it.each([
    ["quay.example:5000/shop/web:1", { auths: { "quay.example:5000": { auth } } }],
    ["localhost/web", { auths: { localhost: { auth } } }],
    ["quay.example/web", { auths: { "https://quay.example/v2/": { auth } } }],
    ["library/node:20", { auths: { "https://index.docker.io/v1/": { auth } } }],
    ["node", { "https://index.docker.io/v1/": { auth } }],
    ["quay.example/web", { auths: { "quay.example": { username: "robot", password: "pass:word" } } }],
  ])("of %s are found in %j", (image, configuration) => {
    expect(authFor(image, JSON.stringify(configuration))).toMatchObject({ username: "robot", password: "pass:word" });
  });

  it.each(["other.example/web", "quay.example:5001/web", "quay.example.evil/web", "node"])(
    "of %s are not those of another registry",
    (image) => {
      expect(authFor(image, JSON.stringify({ auths: { "quay.example": { auth } } }))).toBeNull();
    },
  );

  it("that are no Docker configuration are told, without their content", () => {
    expect(() => authFor("a.b/c", "secret text")).toThrow(/^The registry credentials that were fetched are no JSON$/);
    expect(() => authFor("a.b/c", "[]")).toThrow("have no auths");
  });
});
