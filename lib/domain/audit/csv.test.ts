import { expect, it } from "vitest";

import { csvHead, csvLine } from "./csv.ts";
import type { AuditRow } from "./rows.ts";

const row: AuditRow = {
  seq: "7",
  at: new Date("2026-11-20T09:00:00Z"),
  actor: { kind: "person", id: null, name: "Ada", token: null, viewingAs: null },
  action: "project.update",
  outcome: "allowed",
  reason: null,
  object: { type: "project", id: null, name: "Shop" },
  project: null,
  environment: null,
  stageKind: null,
  sourceIp: null,
  requestId: null,
  detail: null,
  before: null,
  after: null,
  veiled: false,
};

it.each([
  ['=HYPERLINK("http://evil.example";"x")'],
  ["+1+1"],
  ["-2+3"],
  ["@SUM(A1:A9)"],
  ["\t=1+1"],
  ["\r=1+1"],
  ["  =1+1"],
  ["\u00A0=1+1"],
  ["＝1+1"],
  ["=cmd|' /C calc'!A0"],
])("a spreadsheet computes nothing of the name %j", (name) => {
  const line = csvLine({ ...row, actor: { ...row.actor, name } });
  expect(line).toContain(`"'${name.replaceAll('"', '""')}"`);
});

it("quotes, commas and line ends stay inside their cell", () => {
  const line = csvLine({ ...row, actor: { ...row.actor, name: 'Ada, "the first"\r\nof her name' } });
  expect(line).toContain('"Ada, ""the first""\r\nof her name"');
  expect(csvHead.startsWith('\uFEFF"entry","at","who"')).toBe(true);
  expect(csvLine(row).split(",")).toHaveLength(csvHead.split(",").length);
});
