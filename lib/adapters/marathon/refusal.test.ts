import { describe, expect, it } from "vitest";

import { MarathonLocked, refusal } from "./refusal.ts";

function answer(status: number, body: unknown) {
  return refusal({ status, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) });
}

describe("what Marathon means by a refusal", () => {
  it("an app that is locked names the deployments in the way", () => {
    const error = answer(409, { message: "App is locked by one or more deployments.", deployments: [{ id: "d-1" }, { id: "d-2" }] });
    expect(error).toBeInstanceOf(MarathonLocked);
    expect(error).toMatchObject({ code: "marathon_locked", deployments: ["d-1", "d-2"], detail: expect.stringContaining("d-1, d-2") });
  });

  it.each([
    ["exists already", 409, { message: "An app with id [/x] already exists." }, "already_exists", "An app with id [/x] already exists."],
    ["exists already, empty list", 409, { message: "exists", deployments: [] }, "already_exists", "exists"],
    [
      "too many at once",
      403,
      { message: "Max number (100) of running deployments is achieved. Wait for existing deployments" },
      "marathon_too_many",
      "Max number",
    ],
    ["not allowed", 403, { message: "Not Authorized to perform this action!" }, "marathon_unauthorised", "Not Authorized"],
    ["not authenticated, a page", 401, "<html><body>Error 401</body></html>", "marathon_unauthorised", "Marathon answered 401"],
    [
      "broken JSON, details as a string",
      400,
      { message: "Invalid JSON", details: "Unexpected end" },
      "marathon_refused",
      "Invalid JSON: Unexpected end",
    ],
    [
      "a wrong type",
      422,
      { message: "Invalid JSON", details: [{ path: "/id", errors: ["error.expected.jsstring"] }] },
      "marathon_refused",
      "Invalid JSON: /id error.expected.jsstring",
    ],
    [
      "two fields",
      422,
      {
        message: "Object is not valid",
        details: [
          { path: "/mem", errors: ["is less than 0", "is odd"] },
          { path: "/", errors: ["more"] },
        ],
      },
      "marathon_refused",
      "Object is not valid: /mem is less than 0, is odd; more",
    ],
    [
      "0.x",
      422,
      { message: "Bean is not valid", errors: [{ attribute: "ports", error: "must be unique" }] },
      "marathon_refused",
      "Bean is not valid: ports must be unique",
    ],
    ["errors as text", 422, { message: "no", errors: ["first", "second"] }, "marathon_refused", "no: first; second"],
    ["without details", 422, { message: "Illegal" }, "marathon_refused", "Illegal"],
    ["details of another shape", 422, { message: "no", details: { odd: true } }, "marathon_refused", "no"],
    ["not found", 404, { message: "App '/x' does not exist" }, "not_found", "App '/x' does not exist"],
    ["a URL the last versions do not know", 500, { message: "URI not found" }, "marathon_failed", "URI not found"],
    ["trouble", 503, "", "marathon_unavailable", "Marathon answered 503"],
    ["a proxy's page", 502, "<html>Bad gateway", "marathon_unavailable", "Marathon answered 502"],
    ["a page with a title", 502, "<html><head><TITLE>Bad gateway</TITLE>", "marathon_unavailable", "Bad gateway"],
    ["a plain line", 404, "URI not found: /v2/x\n", "not_found", "URI not found: /v2/x"],
    [
      "the gateway of DC/OS",
      401,
      { title: "Unauthorized", description: "The token expired." },
      "marathon_unauthorised",
      "The token expired.",
    ],
    ["a standby without a leader", 503, "<html>Could not determine the current leader", "marathon_unavailable", "no leader"],
    ["a method it does not take", 405, "<html>", "marathon_failed", "Marathon answered 405"],
    ["null", 422, "null", "marathon_refused", "Marathon answered 422"],
    ["a list", 422, "[1]", "marathon_refused", "Marathon answered 422"],
  ])("%s", (_what, status, body, code, detail) => {
    expect(answer(status, body)).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  it("stays one short line without control characters, whatever is answered", () => {
    const { detail } = answer(422, { message: `a\u001b[2J\n\u202Eb${"x".repeat(100_000)}` });
    expect(detail?.length).toBe(800);
    expect(detail).toMatch(/^a \[2J bx+$/);
  });
});
