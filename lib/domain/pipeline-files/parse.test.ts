import { describe, expect, it } from "vitest";

import { parsePipelineFile } from "./parse.ts";
import { pipelineFileJsonSchema } from "./schema.ts";

const read = (text: string, name = "berth.yml") => parsePipelineFile(name, new TextEncoder().encode(text));
const places = (text: string, name?: string) => read(text, name).errors.map(({ line, column, path }) => `${line}:${column} ${path}`);

describe("parsePipelineFile", () => {
  it("reads the same from JSON and YAML, with a byte order mark, Windows line ends and tabs where the format takes them", () => {
    const meant = { build: { dockerfile: "docker/Dockerfile" }, port: 8080, checklist: ["Sign in", "Pay"] };
    expect(read(JSON.stringify(meant, null, "\t"), "berth.json").parsed).toEqual(meant);
    expect(read(`\uFEFF${JSON.stringify(meant, null, 2).replaceAll("\n", "\r\n")}`, "berth.json").parsed).toEqual(meant);
    const yaml = "build:\r\n  dockerfile: docker/Dockerfile\r\nport: 8080 # the app's\r\nchecklist:\r\n  - Sign in\r\n  - Pay\r\n";
    expect(read(`\uFEFF${yaml}`).parsed).toEqual(meant);
  });

  it("takes what a repository may say and fills in what it leaves out", () => {
    const { parsed, errors } = read(`
port: 3000
health: { path: /healthz }
app: { killGraceSeconds: 20 }
checks:
  - name: unit tests
    command: npm test
variables: [DATABASE_URL]
stages:
  staging:
    checks: [{ name: smoke, command: [node, smoke.js], timeoutSeconds: 60 }]
`);
    expect(errors).toEqual([]);
    expect(parsed?.checks).toEqual([{ name: "unit tests", command: "npm test", timeoutSeconds: 600 }]);
    expect(parsed?.stages?.["staging"]?.checks?.[0]?.command).toEqual(["node", "smoke.js"]);
  });

  it("points at the line, the column and the path of what is wrong", () => {
    expect(places("port: 3000\nchecks:\n  - name: a\n    command: ''\n")).toEqual(["4:5 checks.0.command"]);
    expect(places('{\n  "port": "3000",\n  "health": {"path": "no"}\n}', "berth.json")).toEqual(["2:3 port", "3:14 health.path"]);
    expect(places("stages:\n  staging:\n    checks:\n      - command: x\n")).toEqual(["4:9 stages.staging.checks.0.name"]);
    expect(places("a:\n\tb: 1\n")).toEqual(["2:1 "]);
    expect(places("port: 1\nport: 2\n")).toEqual(["2:1 "]);
    expect(places('{"port": 1,\n "port": 2}', "berth.json")).toEqual(["2:2 "]);
  });

  it("says where that is decided, when a file wants to loosen what it is judged by", () => {
    const { parsed, errors } = read("stages:\n  production:\n    verdictRequired: false\n    who: everybody\nfreeze: []\ncluster: mine\n");
    expect(parsed).toBeNull();
    expect(errors.map(({ line, message }) => [line, message])).toEqual([
      [3, "Gates are set on the pipeline page."],
      [4, "Who may do what is set on the permissions page."],
      [5, "Freeze windows are set on the pipeline page."],
      [6, "The cluster is chosen in the project’s settings."],
    ]);
  });

  it("refuses YAML that calls itself JSON, at the place where it is none", () => {
    expect(places("port: 1\n", "berth.json")).toEqual(["1:1 "]);
    expect(places('{\n "port": 1,\n}', "berth.json")).toEqual(["3:1 "]);
    expect(places('{"port": 1 # one\n}', "berth.json")[0]).toMatch(/^1:/);
    expect(places("{'port': 1}", "berth.json")[0]).toMatch(/^1:/);
    expect(read('{"port": 1', "berth.json").parsed).toBeNull();
    expect(read("", "berth.json").errors[0]?.line).toBe(1);
  });

  it("refuses anchors, aliases, foreign tags, several documents, and what is no text", () => {
    expect(places("a: &x 1\nb: *x\n")[0]).toMatch(/^1:/);
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...[..."bcdefgh"].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[index]}`).join()}]`),
    ];
    expect(read(bomb.join("\n")).errors[0]?.message).toContain("Anchors and aliases");
    expect(read('a: !!js/function "x"').errors[0]?.message).toContain("Unresolved tag");
    expect(read("port: 1\n---\nport: 2\n").errors[0]).toMatchObject({ line: 2 });
    expect(parsePipelineFile("berth.yml", Uint8Array.from([0xff, 0xfe, 0x41])).errors[0]?.message).toBe("The file is not UTF-8 text.");
    expect(read("port: 1\0").errors[0]?.message).toBe("Leave out control characters.");
    expect(read("[1, 2]").errors[0]?.message).toContain("object");
    expect(read("__proto__: {port: 1}\n").errors[0]?.message).toBe("There is no setting called __proto__.");
    expect(read("constructor: 1\ntoString: 2").errors.map(({ line }) => line)).toEqual([1, 2]);
  });

  it.each([
    ["brackets", "[".repeat(60_000)],
    ["braces", "{a: ".repeat(15_000)],
    ["dashes", "- ".repeat(30_000)],
    ["questions", "? ".repeat(30_000)],
    ["colons", ": ".repeat(30_000)],
    ["tags", "!a ".repeat(20_000)],
    ["anchors", "&a ".repeat(20_000)],
    ["documents", "---\n".repeat(16_000)],
    ["indentation", Array.from({ length: 340 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["dashes over lines", Array.from({ length: 30 }, (_, depth) => `${" ".repeat(depth * 80)}${"- ".repeat(40)}`).join("\n")],
    ["keys", Array.from({ length: 6_000 }, (_, index) => `k${index}: 1`).join("\n")],
    ["quotes", '"'.repeat(65_000)],
    ["size", "a".repeat(70_000)],
  ])(
    "ends soon, with an error and nothing worse, when it gets nothing but %s",
    (_what, text) => {
      for (const name of ["berth.yml", "berth.json"]) {
        const { parsed, errors } = read(text, name);
        expect(parsed).toBeNull();
        expect(errors.length).toBeGreaterThan(0);
        expect(errors.length).toBeLessThanOrEqual(20);
      }
    },
    4_000,
  );
});

it("publishes the schema that it reads with", async () => {
  await expect(pipelineFileJsonSchema()).toMatchFileSnapshot("../../../public/berth.schema.json");
});
