import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type Server, type ServerResponse, createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";

import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { type World, createWorld, settled, until, webApp } from "./fixture.ts";

/** What the machine's owner decides: which paths, images, files and servers apps may use. */
let world: World;
let folder: string;
let files: Server;
let served: Map<string, Buffer>;
let filesUrl: string;
const busybox = process.env["BERTH_TEST_BUSYBOX_IMAGE"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-volumes-"));
  await writeFile(join(folder, "shared.txt"), "from the host");
  await writeFile(join(folder, "plain.txt"), "a file of the operator");
  served = new Map();
  files = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path === "/moved") {
      response.writeHead(302, { location: "/plain.txt" }).end();
      return;
    }
    if (path === "/endless") return pour(response);
    const found = served.get(path);
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise<void>((ready) => files.listen(0, "127.0.0.1", ready));
  const address = files.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  filesUrl = `http://${host}`;
  world = await createWorld({
    volumes: [
      { path: folder, writable: false },
      { path: "/var/tmp", writable: true },
    ],
    attributes: { rack: "r1" },
    fetch: { hosts: [host], files: [join(folder, "plain.txt")], maxBytes: 4 * 1_048_576, seconds: 10 },
    commandImage: busybox ?? "berth-dev/busybox:1",
  });
});

afterAll(async () => {
  await world?.end();
  await new Promise((closed) => files.close(closed));
  await rm(folder, { recursive: true, force: true });
});

function pour(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
  };
  response.on("drain", more).on("error", () => undefined);
  more();
}

/** What a script prints with `print`, once the app runs. */
async function said(id: string, script: string, more: Record<string, unknown> = {}): Promise<string> {
  const program = `const print=(t)=>require("http").createServer((q,r)=>r.end(String(t))).listen(8080);${script}`;
  const put = await world.call("PUT", `/v2/apps/${id}`, webApp(world, "", { args: ["-e", program], ...more }));
  expect(put.status, put.text).toBe(201);
  const [task] = (await settled(world, id)).tasks;
  return until("it answers", () =>
    fetch(`http://${task!.host}:${task!.ports[0]}/`).then(
      (response) => response.text(),
      () => null,
    ),
  );
}

function withParameters(parameters: [string, string][], more: Record<string, unknown> = {}) {
  return {
    container: {
      type: "DOCKER",
      docker: { image: world.image, parameters: parameters.map(([key, value]) => ({ key, value })) },
      portMappings: [{ containerPort: 8080 }],
      ...more,
    },
  };
}

async function tarGz(entries: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries(entries)) archive.entry({ name }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(archive)) chunks.push(z.instanceof(Buffer).parse(chunk));
  return gzipSync(Buffer.concat(chunks));
}

describe("docker parameters", () => {
  it("of the list reach the container, and nothing else does", async () => {
    const parameters: [string, string][] = [
      ["label", "team=quay"],
      ["env", "EXTRA=yes"],
      ["ulimit", "nofile=1024:2048"],
      ["tmpfs", "/scratch:size=8m"],
      ["memory-swap", "96m"],
      ["user", "1000:1000"],
      ["workdir", "/tmp"],
      ["hostname", "harbour"],
      ["add-host", "db.local:10.1.2.3"],
      ["read-only", "true"],
      ["cap-drop", "KILL"],
      ["shm-size", "16m"],
      ["stop-timeout", "1"],
    ];
    const text = await said(
      "p/all",
      `const fs=require("fs");print([process.env.EXTRA,process.getuid(),process.cwd(),require("os").hostname(),fs.readFileSync("/etc/hosts","utf8").includes("10.1.2.3"),(()=>{try{fs.writeFileSync("/x","");return "writable"}catch(e){return e.code}})(),fs.statfsSync("/scratch").blocks*fs.statfsSync("/scratch").bsize].join())`,
      withParameters(parameters),
    );
    expect(text).toBe(`yes,1000,/tmp,harbour,true,EROFS,${8 * 1_048_576}`);
    const [task] = (await settled(world, "p/all")).tasks;
    const { HostConfig: host, Config: config } = await world.docker.getContainer(task!.id).inspect();
    expect(config.Labels).toMatchObject({ team: "quay", "berth.scheduler": world.instance });
    expect(host).toMatchObject({
      MemorySwap: 96 * 1_048_576,
      ShmSize: 16 * 1_048_576,
      Privileged: false,
      SecurityOpt: ["no-new-privileges"],
    });
    expect(host.Ulimits).toEqual([{ Name: "nofile", Soft: 1024, Hard: 2048 }]);
    expect(host.CapAdd).not.toContain("KILL");
  });

  it.each([
    "privileged",
    "net",
    "network",
    "pid",
    "ipc",
    "uts",
    "userns",
    "cgroup-parent",
    "device",
    "device-cgroup-rule",
    "security-opt",
    "cap-add",
    "volume",
    "v",
    "mount",
    "volumes-from",
    "publish",
    "runtime",
    "sysctl",
    "gpus",
    "memory",
    "restart",
    "no-such-parameter",
  ])("'%s' is refused by its name", async (key) => {
    const refused = await world.call("POST", "/v2/apps", { id: "/p/refused", ...webApp(world, "x"), ...withParameters([[key, "host"]]) });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ message: "Object is not valid", details: [{ path: "/container/docker/parameters" }] });
    expect(refused.text).toContain(`The docker parameter '${key}' is not allowed`);
  });

  it.each([
    ["memory-swap", "-1"],
    ["memory-swap", "10g"],
    ["tmpfs", "/proc"],
    ["tmpfs", "/a/../etc"],
    ["label", "berth.scheduler=other"],
    ["env", "NOTHING"],
    ["user", "a b"],
    ["add-host", "x:host-gateway"],
    ["pids-limit", "100000"],
    ["shm-size", "64g"],
    ["workdir", "relative"],
    ["cap-add", "SYS_ADMIN"],
    ["ulimit", "nofile"],
  ])("'%s=%s' is refused", async (key, value) => {
    const refused = await world.call("POST", "/v2/apps", { id: "/p/refused", ...webApp(world, "x"), ...withParameters([[key, value]]) });
    expect(refused.status, refused.text).toBe(422);
  });
});

describe("volumes", () => {
  it("of the operator's list are mounted, for reading where it says so", async () => {
    const volumes = [{ containerPath: "/data", hostPath: folder, mode: "RO" }];
    const text = await said(
      "v/ro",
      `const fs=require("fs");print(fs.readFileSync("/data/shared.txt","utf8")+(()=>{try{fs.writeFileSync("/data/y","");return " writable"}catch(e){return " "+e.code}})())`,
      withParameters([], { volumes }),
    );
    expect(text).toBe("from the host EROFS");
  });

  it.each([
    ["a path that is not on the list", { containerPath: "/a", hostPath: "/etc", mode: "RO" }, "/etc is not allowed"],
    ["a path below one on the list", { containerPath: "/a", hostPath: "/var/tmp/sub", mode: "RO" }, "is not allowed"],
    ["a way around", { containerPath: "/a", hostPath: "/var/tmp/../../etc", mode: "RO" }, "is not allowed"],
    ["writing where reading is allowed", { containerPath: "/a", hostPath: "FOLDER", mode: "RW" }, "for reading (RO) only"],
    ["a named volume", { containerPath: "/a", hostPath: "name", mode: "RO" }, "named docker volumes"],
    ["a persistent volume", { containerPath: "a", persistent: { size: 10 }, mode: "RW" }, "persistent volumes are not allowed"],
    [
      "an external volume",
      { containerPath: "/a", external: { name: "x", provider: "dvdi" }, mode: "RW" },
      "external volumes are not allowed",
    ],
    ["a place in /proc", { containerPath: "/proc/x", hostPath: "/var/tmp", mode: "RO" }, "containerPath"],
  ])("with %s are refused with words", async (_what, volume, words) => {
    const volumes = [{ ...volume, ...("hostPath" in volume && volume.hostPath === "FOLDER" ? { hostPath: folder } : {}) }];
    const refused = await world.call("POST", "/v2/apps", { id: "/v/refused", ...webApp(world, "x"), ...withParameters([], { volumes }) });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(words);
  });
});

describe("what an app fetches", () => {
  it("lies in its sandbox: plain, unpacked, executable, under another name, moved, and a file of the operator's", async () => {
    served.set("/plain.txt", Buffer.from("plain"));
    served.set("/tool", Buffer.from("#!/bin/sh\nexit 0\n"));
    served.set("/site.tar.gz", await tarGz({ "site/index.html": "<p>hello", ".docker/config.json": '{"auths":{}}' }));
    served.set("/code.zip", zipOf({ "in/zip.txt": "zipped" }));
    const script = `const fs=require("fs"),s=process.env.MESOS_SANDBOX;print([fs.readFileSync(s+"/other.txt","utf8"),fs.readFileSync(s+"/site/index.html","utf8"),fs.readFileSync(s+"/in/zip.txt","utf8"),fs.readFileSync(s+"/moved","utf8"),(fs.statSync(s+"/tool").mode&0o777).toString(8),fs.existsSync(s+"/site.tar.gz"),fs.readdirSync(s).length>5,(fs.writeFileSync(s+"/mine","x"),"written")].join("|"))`;
    const text = await said("f/all", script, {
      ...withParameters([["user", "1000"]]),
      fetch: [
        { uri: `${filesUrl}/plain.txt?token=secret`, destPath: "other.txt" },
        { uri: `${filesUrl}/site.tar.gz` },
        { uri: `${filesUrl}/code.zip` },
        { uri: `${filesUrl}/moved`, extract: false },
        { uri: `${filesUrl}/tool`, executable: true },
        { uri: `file://${join(folder, "plain.txt")}`, destPath: "operator.txt" },
        { uri: "other.txt", destPath: "copy.txt" },
      ],
    });
    expect(text).toBe("plain|<p>hello|zipped|plain|755|true|true|written");
  });

  it.each([
    ["is not there", "URL/none", "the server answered 404"],
    ["is more than allowed", "URL/endless", "larger than the 4 MiB"],
    ["is on this machine", "http://127.0.0.1:9/x", "is this machine or its own link"],
    ["has a name that leads to this machine", "http://localhost:9/x", "is this machine or its own link"],
    ["is the cloud's own address", "http://169.254.169.254/latest", "is this machine or its own link"],
    ["is a file of the machine that nobody allowed", "file:///etc/hostname", "not one that the operator"],
    ["leads out of the sandbox", "URL/evil.tar.gz", "outside of itself"],
    ["is a broken archive", "URL/broken.tar.gz", "Failed to fetch"],
  ])("and %s ends the task with the reason, not with silence", async (_what, uri, words) => {
    served.set("/evil.tar.gz", await tarGz({ "../../evil": "x" }));
    served.set("/broken.tar.gz", Buffer.from("no archive"));
    const id = `f/${createHash("sha256").update(uri).digest("hex").slice(0, 8)}`;
    await world.call("PUT", `/v2/apps/${id}`, webApp(world, "x", { fetch: [{ uri: uri.replace("URL", filesUrl) }], backoffSeconds: 100 }));
    const failure = await until(
      "the task failed",
      async () => (await world.call("GET", `/v2/apps/${id}`)).body.app?.lastTaskFailure ?? null,
    );
    expect(failure.message).toContain(words);
    await world.call("DELETE", `/v2/apps/${id}`);
  });

  it("is refused at once where no fetch could work", async () => {
    const fetchOf = (more: Record<string, unknown>) =>
      world.call("POST", "/v2/apps", { id: "/f/refused", ...webApp(world, "x", { fetch: [more] }) });
    expect((await fetchOf({ uri: "hdfs://x/y" })).text).toContain("fetches http:, https: and file: only");
    expect((await fetchOf({ uri: "http://x/y", destPath: "../y" })).text).toContain("/fetch(0)/destPath");
  });
});

describe("a private registry", () => {
  it("is asked with the credentials of the fetched docker.tar.gz, and refused without", async () => {
    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(request.headers.authorization ?? "");
      response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
      response
        .writeHead(401, { "WWW-Authenticate": 'Basic realm="quay"' })
        .end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "no" }] }));
    });
    await new Promise<void>((ready) => registry.listen(0, "127.0.0.1", ready));
    const address = registry.address();
    const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const auth = Buffer.from("robot:harbour").toString("base64");
    served.set("/docker.tar.gz", await tarGz({ ".docker/config.json": JSON.stringify({ auths: { [host]: { auth } } }) }));
    const container = { type: "DOCKER", docker: { image: `${host}/private/app:1`, forcePullImage: true }, portMappings: [] };
    const run = async (id: string, more: Record<string, unknown>) => {
      await world.call("PUT", `/v2/apps/${id}`, webApp(world, "x", { container, backoffSeconds: 100, ...more }));
      return until("the pull failed", async () => (await world.call("GET", `/v2/apps/${id}`)).body.app?.lastTaskFailure ?? null);
    };
    const without = await run("r/without", {});
    expect(without.message).toContain("no credentials were fetched");
    expect(asked).not.toContain(`Basic ${auth}`);
    const failure = await run("r/with", { fetch: [{ uri: `${filesUrl}/docker.tar.gz` }] });
    expect(failure.message).toContain("Failed to pull image");
    expect(asked).toContain(`Basic ${auth}`);
    await new Promise((closed) => registry.close(closed));
  });
});

describe("a command without a container", () => {
  it("runs in the operator's base image, in its sandbox", async () => {
    const put = await world.call("PUT", "/v2/apps/c/cmd", {
      cmd: 'echo "I am in $PWD as $(id -u)"; sleep 600',
      cpus: 0.1,
      mem: 32,
      user: "1000",
    });
    expect(put.status, put.text).toBe(201);
    const [task] = (await settled(world, "c/cmd")).tasks;
    const output = await until("it spoke", async () => {
      const { body } = await world.call("GET", `/files/read?path=/sandbox/${task!.id}/stdout&offset=0`);
      return body.data === undefined || body.data === "" ? null : body.data;
    });
    expect(output).toBe("I am in /mnt/mesos/sandbox as 1000\n");
  });
});

describe("constraints", () => {
  it.each([
    [["hostname", "UNIQUE"], 1, "UnfulfilledConstraint"],
    [["rack", "MAX_PER", "1"], 1, "UnfulfilledConstraint"],
    [["rack", "IS", "r2"], 0, "UnfulfilledConstraint"],
    [["rack", "LIKE", "(r+)+x"], 0, "UnfulfilledConstraint"],
    [["shelf", "CLUSTER"], 0, "UnfulfilledConstraint"],
  ])("%j lets %i of two tasks run and tells why in the queue", async (constraint, running, reason) => {
    const id = `k/${createHash("sha256").update(constraint.join()).digest("hex").slice(0, 8)}`;
    await world.call("PUT", `/v2/apps/${id}`, webApp(world, "x", { instances: 2, constraints: [constraint] }));
    const entry = await until("the rest waits", async () => {
      const found = (await world.call("GET", "/v2/queue")).body.queue.find((item) => item.app.id === `/${id}`);
      return found?.count === 2 - running && found.processedOffersSummary.rejectSummaryLastOffers.some((row) => row.declined > 0)
        ? found
        : null;
    });
    expect(entry.processedOffersSummary.rejectSummaryLastOffers.filter((row) => row.declined > 0).map((row) => row.reason)).toEqual([
      reason,
    ]);
    await world.call("DELETE", `/v2/apps/${id}`);
  });

  it.each([
    ["an unknown operator", ["hostname", "NEAR", "x"], "unknown operator NEAR"],
    ["a value where there is none", ["hostname", "UNIQUE", "x"], "Value specified but not used"],
    ["words for a number", ["hostname", "MAX_PER", "two"], "was expecting integer"],
    ["a broken pattern", ["hostname", "LIKE", "("], "not a valid regular expression"],
  ])("with %s are refused", async (_what, constraint, words) => {
    const refused = await world.call("POST", "/v2/apps", { id: "/k/refused", ...webApp(world, "x", { constraints: [constraint] }) });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(words);
  });

  it("and the machine's real size decide what is admitted", async () => {
    await world.call("PUT", "/v2/apps/k/huge", webApp(world, "x", { mem: 900_000 }));
    const entry = await until(
      "it waits",
      async () =>
        (await world.call("GET", "/v2/queue")).body.queue.find(
          (item) => item.app.id === "/k/huge" && item.processedOffersSummary.rejectSummaryLastOffers.some((row) => row.declined > 0),
        ) ?? null,
    );
    expect(entry.processedOffersSummary.rejectSummaryLastOffers.find((row) => row.declined > 0)?.reason).toBe("InsufficientMemory");
    await world.call("DELETE", "/v2/apps/k/huge");
  });
});

/** A zip archive of stored entries. */
function zipOf(entries: Record<string, string>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const data = Buffer.from(text);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt32LE(data.length, 22);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    bodies.push(header, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listing, end]);
}
