import { expect, it } from "vitest";

import type { ObservedApp } from "#lib/adapters/marathon/client.ts";

import { withLoss } from "../environments/incident.ts";
import { needsLook } from "./sweep.ts";

const version = "2026-01-01T00:00:00.000Z";
const release = "9d2b7c6e-0f8c-4d39-8a53-3d1b0f6f6d11";

function task(id: string, port: number): ObservedApp["tasks"][number] {
  return {
    id,
    host: "127.0.0.2",
    ports: [port],
    state: "running",
    rawState: "TASK_RUNNING",
    healthy: true,
    version,
    startedAt: new Date(version),
    agentId: "agent",
  };
}

const app: ObservedApp = {
  id: "/berth/shop/demo/master",
  version,
  configVersion: version,
  instances: 1,
  cpus: 0.5,
  mem: 256,
  disk: 0,
  image: null,
  labels: { "berth.release": release },
  tasks: [task("one", 31_000)],
  deployments: [],
  lastFailure: null,
  staged: 0,
  running: 1,
  healthy: 1,
  unhealthy: 0,
};
const row = {
  desired: "running",
  health: "healthy",
  liveReleaseId: release,
  instances: 1,
  askedInstances: null,
  resetDelayAt: null,
  incident: null,
  liveRelease: { deployments: [{ marathonVersion: version }] },
  route: { state: "live", targets: [{ taskId: "one", host: "127.0.0.2", port: 31_000 }] },
  _count: { deployments: 0 },
};

it("what is as it should be is left alone", () => {
  expect(needsLook(row, app)).toBe(false);
});

it("a task that was replaced unheard is noticed, though their number is the same", () => {
  expect(needsLook(row, { ...app, tasks: [task("two", 31_007)] })).toBe(true);
});

it("a wish for another number, a scaling under way and a wish to try now are noticed when their ring was lost", () => {
  expect(needsLook({ ...row, instances: 3 }, app)).toBe(true);
  expect(needsLook({ ...row, askedInstances: 1 }, app)).toBe(true);
  expect(needsLook({ ...row, resetDelayAt: new Date() }, app)).toBe(true);
});

it("an incident that is still open is looked at until it is over", () => {
  const open = withLoss(null, { taskId: "old", reason: "gone" }, new Date());
  expect(needsLook({ ...row, incident: open }, app)).toBe(true);
  expect(needsLook({ ...row, incident: { ...open, open: false } }, app)).toBe(false);
});
