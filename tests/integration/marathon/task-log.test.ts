import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";

import { type TaskLogOptions, type TaskLogReader, createTaskLogReader } from "#lib/adapters/mesos/files.ts";

import { type Answer, type AnsweringServer, type Asked, startAnswering } from "./answering-server.ts";

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.stop();
});

/** The documented answers of a master and an agent about one task, whose files are these. */
async function startMesos(files: Record<string, Buffer>): Promise<AnsweringServer> {
  const holder = { host: "" };
  const server = await startAnswering((request): Answer => {
    const url = new URL(request.url, "http://x");
    if (url.pathname === "/slaves") return { slaves: [{ id: "S0", pid: `slave(1)@${holder.host}`, hostname: "agent-1" }] };
    if (url.pathname === "/state") return { frameworks: [{ id: "F", executors: [{ id: "task-1", directory: "/sandbox/task-1" }] }] };
    const path = url.searchParams.get("path") ?? "";
    const file = url.pathname === "/files/read" ? files[path] : undefined;
    return file === undefined ? 404 : (_request: Asked, response) => response.end(chunkOf(file, url.searchParams));
  });
  holder.host = new URL(server.url).host;
  opened.push(server);
  return server;
}

/** As an agent answers: raw bytes between quotes, -1 = the size, never more than 64 KiB, an offset behind the end echoed. */
function chunkOf(file: Buffer, query: URLSearchParams): Buffer {
  const offset = Number(query.get("offset"));
  const length = Math.min(Number(query.get("length")), 65_536);
  const bytes = offset < 0 ? Buffer.alloc(0) : file.subarray(offset, offset + length);
  const escaped = Buffer.from(bytes.toString("latin1").replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n"), "latin1");
  return Buffer.concat([Buffer.from('{"data":"'), escaped, Buffer.from(`","offset":${offset < 0 ? file.length : offset}}`)]);
}

function reader(server: AnsweringServer, options: Partial<TaskLogOptions> = {}): TaskLogReader {
  const made = createTaskLogReader({
    info: async () => ({ frameworkId: "F", mesosUrl: `${server.url}/` }),
    marathonUrls: [server.url],
    log: pino({ level: "silent" }),
    ...options,
  });
  opened.unshift({ stop: () => made.close() });
  return made;
}

const place = { taskId: "task-1", agentId: "S0", host: "agent-1" };
const long = Buffer.from("zeile é 漢 🚀\n".repeat(10_000));

describe("a task's output", () => {
  it("is read byte by byte exact over as many pieces as it takes, and the way to it is found once", async () => {
    const mesos = await startMesos({ "/sandbox/task-1/stdout": long });
    const logs = reader(mesos);
    const whole = await logs.read(place, "stdout", 0, 1_000_000);
    expect(whole?.data.equals(long)).toBe(true);
    expect(whole).toMatchObject({ offset: 0, next: long.length });
    expect(mesos.asked.filter((request) => !request.url.startsWith("/files/read"))).toHaveLength(2);
  });

  it("can be followed from any byte, also in the middle of a character", async () => {
    const logs = reader(await startMesos({ "/sandbox/task-1/stderr": long }));
    const parts: Buffer[] = [];
    for (let offset = 0; ;) {
      const piece = await logs.read(place, "stderr", offset, 1001);
      if (!piece || piece.data.length === 0 || offset > 20_000) break;
      parts.push(piece.data);
      offset = piece.next;
    }
    const read = Buffer.concat(parts);
    expect(read.equals(long.subarray(0, read.length))).toBe(true);
  });

  it("has an end that can be asked for, with or without what is before it", async () => {
    const logs = reader(await startMesos({ "/sandbox/task-1/stdout": long }));
    expect(await logs.read(place, "stdout", "end", 0)).toEqual({ data: Buffer.alloc(0), offset: long.length, next: long.length });
    expect(await logs.read(place, "stdout", "end", 100)).toEqual({
      data: long.subarray(-100),
      offset: long.length - 100,
      next: long.length,
    });
    expect(await logs.tail(place, "stdout", 50)).toEqual(long.subarray(-50));
    expect(await logs.read(place, "stdout", long.length, 100)).toEqual({ data: Buffer.alloc(0), offset: long.length, next: long.length });
  });

  it("is read from the start when the file was begun anew", async () => {
    const logs = reader(await startMesos({ "/sandbox/task-1/stdout": Buffer.from("new") }));
    expect(await logs.read(place, "stdout", 5000, 100)).toEqual({ data: Buffer.from("new"), offset: 0, next: 3 });
  });

  it("tells where it begins when its beginning was thrown away", async () => {
    const server = await startAnswering(({ url }): Answer => {
      if (url.startsWith("/slaves")) return { slaves: [{ id: "S0", pid: `slave(1)@${new URL(server.url).host}` }] };
      if (url.startsWith("/state")) return { frameworks: [{ id: "F", executors: [{ id: "task-1", directory: "/s" }] }] };
      const offset = Number(new URL(url, "http://x").searchParams.get("offset"));
      return { data: offset < 1003 ? "abc".slice(Math.max(0, offset - 1000)) : "", offset: Math.max(offset, 1000) };
    });
    opened.push(server);
    expect(await reader(server).read(place, "stdout", 10, 100)).toEqual({ data: Buffer.from("abc"), offset: 1000, next: 1003 });
  });

  it("has expired when the agent, the task or the file is not known any more", async () => {
    const logs = reader(await startMesos({ "/sandbox/task-1/stdout": long }));
    expect(await logs.read(place, "stderr", 0, 100)).toBeNull();
    expect(await logs.read({ ...place, taskId: "task-2" }, "stdout", 0, 100)).toBeNull();
    expect(await logs.tail({ taskId: "task-3", agentId: "S9", host: null }, "stdout", 100)).toBeNull();
  });

  it("is found without knowing the agent when there is only one", async () => {
    const logs = reader(await startMesos({ "/sandbox/task-1/stdout": long }));
    expect(await logs.tail({ taskId: "task-1", agentId: null, host: null }, "stdout", 10)).toEqual(long.subarray(-10));
  });

  it("is found by the names an old Mesos knows", async () => {
    const server = await startAnswering(({ url }): Answer => {
      const { pathname } = new URL(url, "http://x");
      if (pathname === "/state.json")
        return {
          slaves: [{ id: "S0", pid: `slave(1)@${new URL(server.url).host}` }],
          completed_frameworks: [{ id: "F", completed_executors: [{ id: "task-1", directory: "/s" }] }],
        };
      return pathname === "/files/read.json" ? { data: "abc", offset: 0 } : 404;
    });
    opened.push(server);
    expect((await reader(server).read(place, "stdout", 0, 3))?.data.toString()).toBe("abc");
  });

  it("is asked for with Marathon's credentials only where Marathon is", async () => {
    const mesos = await startMesos({ "/sandbox/task-1/stdout": long });
    const credentials = { username: "u", password: "p" };
    const authorizations = async (options: Partial<TaskLogOptions>) => {
      mesos.asked.length = 0;
      await reader(mesos, options).tail(place, "stdout", 10);
      return [...new Set(mesos.asked.map((request) => request.headers.authorization))];
    };
    expect(await authorizations({ credentials })).toEqual(["Basic dTpw"]);
    expect(await authorizations({ credentials, marathonUrls: ["http://127.0.0.1:1"] })).toEqual([undefined]);
    expect(await authorizations({ mesosCredentials: credentials, marathonUrls: ["http://127.0.0.1:1"] })).toEqual(["Basic dTpw"]);
  });

  it("says so when nobody answers or the answer is something else", async () => {
    const mesos = await startMesos({});
    await expect(
      reader(mesos, { info: async () => ({ frameworkId: "F", mesosUrl: "http://127.0.0.1:1" }) }).read(place, "stdout", 0, 10),
    ).rejects.toMatchObject({ code: "unavailable" });
    await expect(
      reader(mesos, { info: async () => ({ frameworkId: null, mesosUrl: null }) }).read(place, "stdout", 0, 10),
    ).rejects.toMatchObject({ code: "unavailable" });
    const odd = await startAnswering(() => (_request, response) => response.end("<html>"));
    opened.push(odd);
    await expect(reader(odd).read(place, "stdout", 0, 10)).rejects.toMatchObject({ code: "unavailable" });
  });
});
