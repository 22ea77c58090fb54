import { describe, expect, it } from "vitest";

import { judgeImage } from "./judge-image.ts";

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const good = {
  digest,
  asksRegistry: true,
  registryDigest: digest,
  approvedDigest: digest,
  expectedImage: `registry/shop@${digest}`,
  appImage: `registry/shop@${digest}`,
  isOfRelease: true,
  tasks: 2,
  matching: 2,
};

describe("judgeImage", () => {
  it("says that built, approved and running are the same only when they all are", () => {
    expect(judgeImage(good)).toEqual({ state: "same", detail: null });
    expect(judgeImage({ ...good, approvedDigest: null }).state).toBe("same");
  });

  it.each([
    ["the registry lost it", { registryDigest: null }],
    ["the registry answers another", { registryDigest: other }],
    ["another was approved", { approvedDigest: other }],
    ["the cluster runs another image", { appImage: `registry/shop@${other}` }],
    ["the app is of another release", { isOfRelease: false }],
    ["a task runs something older", { matching: 1 }],
  ])("says drift when %s", (_case, change) => {
    expect(judgeImage({ ...good, ...change }).state).toBe("drift");
  });

  it("does not know while nothing runs, or the cluster has no app", () => {
    expect(judgeImage({ ...good, tasks: 0, matching: 0 }).state).toBe("unknown");
    expect(judgeImage({ ...good, appImage: null }).state).toBe("unknown");
  });

  it("does not ask a registry that there is not", () => {
    expect(judgeImage({ ...good, asksRegistry: false, registryDigest: null }).state).toBe("same");
  });
});
