import { describe, expect, it } from "vitest";

import { checkDockerfile } from "./dockerfile.ts";

describe("the frontend a Dockerfile names", () => {
  it.each([
    ["none", "FROM scratch\n"],
    ["nothing at all", ""],
    ["Docker's own", "# syntax=docker/dockerfile\nFROM scratch"],
    ["with a tag", "# syntax=docker/dockerfile:1.7-labs\nFROM scratch"],
    ["with host, tag and digest", `#syntax = docker.io/docker/dockerfile:1@sha256:${"a".repeat(64)}\nFROM scratch`],
    ["only spoken of in a later comment", "# a remark\n# syntax=evil/frontend\nFROM scratch"],
    ["after an empty line", "\n# syntax=evil/frontend\nFROM scratch"],
    ["after an instruction", "FROM scratch\n# syntax=evil/frontend\n"],
    ["in JSON that is no object of strings", '{"a": {"syntax": "x"}}'],
  ])("passes: %s", (_what, text) => {
    expect(() => checkDockerfile(text)).not.toThrow();
  });

  it.each([
    ["foreign", "# syntax=evil/frontend\nFROM scratch"],
    ["without a space", "#syntax=docker.io/evil/x\n"],
    ["upper case", "# SYNTAX=evil/frontend\n"],
    ["spaces and tabs", "#\t syntax\t =  evil/frontend  \r\n"],
    ["after a byte order mark", "\uFEFF# syntax=evil/frontend\n"],
    ["after another directive", "# escape=`\n# syntax=evil/frontend\n"],
    ["before an allowed one", "# syntax=evil/frontend\n# syntax=docker/dockerfile:1\n"],
    ["after an allowed one", "# syntax=docker/dockerfile:1\n# syntax=evil/frontend\n"],
    ["after a shebang", "#!/usr/bin/env docker\n# syntax=evil/frontend\n"],
    ["with slashes", "// syntax=evil/frontend\n"],
    ["in JSON", '{"syntax": "evil/frontend"}'],
    ["an allowed one with a command line", "# syntax=evil/x docker/dockerfile\n"],
    ["one that only looks like Docker's", "# syntax=docker/dockerfile-evil\n"],
    ["one on another host", "# syntax=evil.test/docker/dockerfile:1\n"],
    ["a development frontend", "# syntax=docker/dockerfile-upstream:master\n"],
    ["a port", "# syntax=docker.io:5000/docker/dockerfile\n"],
  ])("refuses: %s", (_what, text) => {
    expect(() => checkDockerfile(text)).toThrowError(expect.objectContaining({ code: "dockerfile_refused" }));
  });

  it("takes no time for a line made to be slow", () => {
    const started = performance.now();
    checkDockerfile(`# syntax=docker/dockerfile\n#${" ".repeat(200_000)}a${" ".repeat(200_000)}`);
    checkDockerfile(`# a=${" ".repeat(200_000)}x${" ".repeat(200_000)}y`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
