import { expect, test } from "vitest";

import { parseRoute } from "./route.ts";

const row = {
  environment_id: "0b0e7f5c-3d0c-4e0e-9a55-0123456789ab",
  host: "Issue-1--shop.preview.localhost",
  project_name: "Shop",
  environment_name: "review/issue-1",
  state: "live",
  targets: [{ taskId: "t1", host: "127.0.0.2", port: 31_000 }],
  release_id: null,
  note: null,
  link: null,
  changed_at: new Date(1_000),
};

test("a row becomes a route", () => {
  expect(parseRoute(row)).toMatchObject({
    environmentId: row.environment_id,
    host: "issue-1--shop.preview.localhost",
    state: "live",
    targets: [{ taskId: "t1", host: "127.0.0.2", port: 31_000 }],
    since: 1_000,
  });
});

test("the same address under another task is another target", () => {
  const other = parseRoute({ ...row, targets: [{ taskId: "t2", host: "127.0.0.2", port: 31_000 }] });
  expect(other?.targets[0]?.key).not.toBe(parseRoute(row)?.targets[0]?.key);
});

test.each([
  [null],
  [{}],
  [{ ...row, state: "unknown" }],
  [{ ...row, host: null }],
  [{ ...row, targets: "[]" }],
  [{ ...row, targets: [{ taskId: "t", host: "h", port: 0 }] }],
  [{ ...row, targets: [{ taskId: "t", host: "h", port: 70_000 }] }],
  [{ ...row, targets: [{ taskId: "t", host: "h", port: "80" }] }],
  [{ ...row, targets: [{ taskId: "t", host: "", port: 80 }] }],
  [{ ...row, targets: [null] }],
  [{ ...row, targets: Array.from({ length: 1_001 }, () => row.targets[0]) }],
])("a row that makes no sense is no route (%#)", (broken) => {
  expect(parseRoute(broken)).toBeNull();
});
