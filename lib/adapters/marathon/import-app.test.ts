import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { exportMarathonApp, parseMarathonApp } from "./import-app.ts";

const shared =
  process.env["BERTH_MARATHON_SCHEMAS"] ?? fileURLToPath(new URL("../../../../shared/reference/marathon-schemas", import.meta.url));
const example = (version: string, name: string) => readFileSync(join(shared, "examples", version, name), "utf8");

const old = `{
  "id": "prod/web",
  "cmd": null,
  "args": ["serve"],
  "cpus": 0.5,
  "mem": 256.0,
  "instances": 3,
  "env": { "MODE": "prod" },
  "uris": ["http://example.org/docker.tar.gz", "http://example.org/notes.txt"],
  "container": {
    "type": "DOCKER",
    "docker": {
      "image": "registry/web:1",
      "network": "BRIDGE",
      "parameters": [{ "key": "ulimit", "value": "nofile=1024" }],
      "portMappings": [{ "containerPort": 80, "servicePort": 10010 }, { "containerPort": 53, "protocol": "udp" }]
    }
  },
  "constraints": [["hostname", "UNIQUE"]],
  "healthChecks": [{ "path": "/ping" }],
  "upgradeStrategy": { "minimumHealthCapacity": 0.5 }
}`;

describe("an app as people already have it", () => {
  it("is read from the old form, with Marathon's own defaults where nothing is said", () => {
    const { app, notUnderstood, problems } = parseMarathonApp(old);
    expect([notUnderstood, problems]).toEqual([[], []]);
    expect(app).toMatchObject({
      id: "/prod/web",
      image: "registry/web:1",
      start: { kind: "arguments", arguments: ["serve"] },
      instances: 3,
      disk: 0,
      network: "bridge",
      ports: [
        { containerPort: 80, servicePort: 10_010, protocol: "tcp", name: null },
        { containerPort: 53, servicePort: 0, protocol: "udp" },
      ],
      parameters: [{ key: "ulimit", value: "nofile=1024" }],
      fetch: [
        { uri: "http://example.org/docker.tar.gz", extract: true },
        { uri: "http://example.org/notes.txt", extract: false },
      ],
      constraints: [{ field: "hostname", operator: "UNIQUE", value: null }],
      healthChecks: [{ protocol: "HTTP", path: "/ping", portIndex: 0, intervalSeconds: 60, timeoutSeconds: 20, gracePeriodSeconds: 300 }],
      upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 1 },
    });
  });

  it.each(["0.15.6", "1.1.7", "1.4.13", "1.5.15", ""])("is the same app after it was written for %j and read again", (version) => {
    const { app } = parseMarathonApp(old);
    if (app === null) throw new Error("no app");
    const again = { ...app, ports: version.startsWith("0.") ? app.ports.map((port) => ({ ...port, name: null })) : app.ports };
    expect(parseMarathonApp(exportMarathonApp(app, version)).app).toEqual(again);
  });

  it("knows a host network, a command without a container, and the image's own command", () => {
    expect(
      parseMarathonApp('{"id":"/a","cmd":"sleep 60","portDefinitions":[{"port":8080,"name":"http"}],"requirePorts":true}').app,
    ).toMatchObject({
      image: null,
      network: "host",
      start: { kind: "command", command: "sleep 60" },
      ports: [{ servicePort: 8080, name: "http" }],
      requirePorts: true,
    });
    const own = parseMarathonApp('{"id":"/a","container":{"docker":{"image":"x"}},"networks":[{"mode":"container/bridge"}]}').app;
    expect(own).toMatchObject({ start: { kind: "image" }, network: "bridge", ports: [{ name: "default", containerPort: 0 }] });
  });

  it("says by the line what Berth does not take over, and is silent about what means nothing", () => {
    const { app, notUnderstood } = parseMarathonApp(`{
  "id": "/a",
  "container": {
    "type": "DOCKER",
    "docker": { "image": "x",
      "privileged": true },
    "volumes": [{ "hostPath": "/", "containerPath": "/host", "mode": "RW" }]
  },
  "env": { "PLAIN": "1",
    "PASSWORD": { "secret": "db" } },
  "user": "root",
  "killSelection": "YOUNGEST_FIRST",
  "dependencies": [],
  "gpus": 0,
  "tasksRunning": 4,
  "version": "2020-01-01T00:00:00.000Z"
}`);
    expect(app?.env).toEqual({ PLAIN: "1" });
    expect(notUnderstood.map(({ line, path }) => [line, path])).toEqual([
      [11, "/user"],
      [7, "/container/volumes"],
      [6, "/container/docker/privileged"],
      [10, "/env/PASSWORD"],
    ]);
  });

  it.each([
    ["a missing comma", '{\n  "id": "/a"\n  "cmd": "x y"\n}', 3, "", "comma"],
    ["a comma too many", '{\n  "id": "/a",\n}', 3, "", "double quotes"],
    ["text without an end", '{\n  "id": "/a\n}', 2, "", "no end"],
    ["a name twice", '{\n  "id": "/a",\n  "id": "/b"\n}', 3, "", "twice"],
    ["something after it", '{"id":"/a","cmd":"sleep"}\n}', 2, "", "nothing may follow"],
    ["nothing", "", 1, "", "a value is missing"],
    ["a word", "hello", 1, "", "a value is missing"],
    ["a number too odd", '{"id":"/a","cpus": 01}', 1, "", "comma"],
    ["a wrong type", '{\n  "id": "/a",\n  "cmd": "sleep",\n  "cpus": "one"\n}', 4, "/cpus", "number"],
    [
      "a wrong port",
      '{"id":"/a",\n"container":{"docker":{"image":"x"},\n"portMappings":[{},\n{"containerPort": 70000}]}}',
      4,
      "/container/portMappings/1/containerPort",
      "65535",
    ],
    ["no id", '{\n  "cmd": "sleep"\n}', 1, "/id", "string"],
    ["an operator nobody knows", '{"id":"/a","cmd":"sleep",\n"constraints":[["hostname","NEAR"]]}', 2, "/constraints/0", "must be"],
    ["cmd and args", '{"id":"/a",\n"cmd":"sleep",\n"args":["x"]}', 3, "/args", "not both"],
    ["nothing to run", '{"id":"/a"}', 1, "/cmd", "needs a command"],
    [
      "both dialects at once",
      '{"id":"/a","container":{"docker":{"image":"x","network":"HOST"}},\n"networks":[{"mode":"host"}]}',
      2,
      "/networks",
      "twice",
    ],
    [
      "mappings on a host network",
      '{"id":"/a",\n"container":{"docker":{"image":"x"},"portMappings":[{"containerPort":1}]},"networks":[{"mode":"host"}]}',
      2,
      "/container",
      "portDefinitions",
    ],
    ["two apps", '[\n{"id":"/a","cmd":"sleep"},\n{"id":"/b","cmd":"sleep"}]', 3, "", "one at a time"],
    ["a group", '{"id":"/g","apps":[]}', 1, "", "group"],
    ["a list of numbers", "[1]", 1, "", "object"],
    ["nested for ever", "[".repeat(5000), 1, "", "too deeply"],
  ])("is refused with the line where it is wrong: %s", (_what, text, line, path, words) => {
    const { app, problems } = parseMarathonApp(text);
    expect(app).toBeNull();
    expect(problems[0]).toMatchObject({ line, path, text: expect.stringContaining(words) });
  });

  it("is taken out of a list of one and out of an answer", () => {
    expect(parseMarathonApp(`[${old}]`).app?.id).toBe("/prod/web");
    expect(parseMarathonApp(`{"app":${old}}`).app?.id).toBe("/prod/web");
    expect(parseMarathonApp('{\n"app": {\n"id": 5}}').problems).toEqual([expect.objectContaining({ line: 3, path: "/id" })]);
  });

  it("is neither slow nor dangerous, whatever is pasted", () => {
    expect(parseMarathonApp("x".repeat(2_000_000)).problems).toHaveLength(1);
    expect(parseMarathonApp('{"id":"/a","cmd":"sleep","__proto__":{"polluted":true},"labels":{"__proto__":"x"}}').app?.id).toBe("/a");
    expect("polluted" in {}).toBe(false);
  });

  describe.skipIf(!existsSync(shared))("Marathon's published examples", () => {
    it.each(["v0.15.6", "v1.1.7", "v1.3.14", "v1.4.13", "v1.5.15", "master-90619da"])(
      "%s: both apps of its creation are read whole",
      (version) => {
        for (const body of JSON.parse(example(version, "apps_create.json"))) {
          const { app, problems, notUnderstood } = parseMarathonApp(JSON.stringify(body));
          expect(problems).toEqual([]);
          expect(app).toMatchObject({ id: body.id, cpus: 0.3, start: { kind: "command", command: body.cmd } });
          expect(notUnderstood.map((note) => note.path)).toEqual(body.dependencies === undefined ? [] : ["/dependencies"]);
        }
      },
    );

    it("the catalogue of fields is read when its contradiction is taken out, and the one that is no JSON is refused at its line", () => {
      const catalogue = JSON.parse(example("v1.4.13", "app.json"));
      expect(parseMarathonApp(JSON.stringify(catalogue)).problems[0]?.text).toContain("not both");
      const { app, notUnderstood } = parseMarathonApp(JSON.stringify({ ...catalogue, args: undefined, fetch: undefined }));
      expect(app).toMatchObject({ id: "/foo", image: "mesosphere:marathon/latest", network: "bridge", start: { kind: "command" } });
      expect(notUnderstood.map((note) => note.path)).toEqual(
        expect.arrayContaining(["/user", "/container/volumes", "/acceptedResourceRoles"]),
      );
      expect(parseMarathonApp(example("v1.1.7", "app.json")).problems[0]).toMatchObject({ text: expect.stringContaining("comma") });
    });
  });
});
