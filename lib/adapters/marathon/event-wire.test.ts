import { describe, expect, it } from "vitest";

import { toEvent } from "./event-wire.ts";

const event = (data: unknown, name?: string) => toEvent({ event: name, data: JSON.stringify(data) });

describe("an event of Marathon's", () => {
  it.each([
    [
      { eventType: "status_update_event", appId: "/foo", taskId: "foo.1", taskStatus: "TASK_FAILED", message: "boom" },
      { appId: "/foo", taskId: "foo.1", taskStatus: "TASK_FAILED", message: "boom" },
    ],
    [
      { eventType: "instance_changed_event", runSpecId: "/foo", instanceId: "foo.i", condition: "Running" },
      { appId: "/foo", taskId: "foo.i", taskStatus: "Running" },
    ],
    [{ eventType: "api_post_event", appDefinition: { id: "/foo", env: { SECRET: "x" } } }, { appId: "/foo" }],
    [
      {
        eventType: "deployment_success",
        id: "d",
        plan: {
          id: "d",
          steps: [
            {
              actions: [
                { action: "Scale", app: "/a" },
                { type: "Scale", app: "/b" },
              ],
            },
          ],
        },
      },
      { deploymentId: "d", appIds: ["/a", "/b"] },
    ],
    [
      { eventType: "deployment_info", plan: { id: "d", steps: [[{ action: "Scale", app: "/a" }]] } },
      { deploymentId: "d", appIds: ["/a"] },
    ],
    [
      { eventType: "deployment_failed", id: "d", reason: "The upgrade has been cancelled" },
      { deploymentId: "d", message: "The upgrade has been cancelled" },
    ],
    [{ eventType: "instance_health_changed_event", runSpecId: "/a", healthy: null }, { appId: "/a" }],
  ])("%j", (data, expected) => {
    expect(event(data)).toMatchObject(expected);
  });

  it("is named by its frame when its data has no name", () => {
    expect(event({ appId: "/a" }, "app_terminated_event")).toMatchObject({ type: "app_terminated_event", appId: "/a" });
  });

  it("carries nothing of an app's definition", () => {
    const seen = JSON.stringify(
      event({
        eventType: "api_post_event",
        appDefinition: { id: "/foo", env: { SECRET: "hunter2" } },
        plan: { original: { env: "hunter2" } },
      }),
    );
    expect(seen).not.toContain("hunter2");
  });

  it.each([
    "",
    "null",
    "[]",
    "7",
    '"x"',
    "{",
    "{}",
    '{"eventType":5}',
    '{"eventType":""}',
    '{"eventType":"connected"}',
    `{"eventType":"${"x".repeat(300)}"}`,
  ])("is passed over when it is none: %s", (data) => {
    expect(toEvent({ data })).toBeNull();
  });

  it("keeps what is good of a hostile one", () => {
    const hostile = {
      eventType: "x",
      appId: ["/a"],
      taskId: { a: 1 },
      plan: { steps: [{ actions: [{ app: 5 }] }] },
      timestamp: 9,
      __proto__: { polluted: true },
    };
    expect(event(hostile)).toEqual({
      type: "x",
      timestamp: null,
      appId: null,
      appIds: [],
      taskId: null,
      taskStatus: null,
      deploymentId: null,
      message: null,
    });
  });
});
