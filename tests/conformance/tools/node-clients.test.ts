import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { until } from "../scheduler/fixture.ts";
import { type Target, basicAuth, createTarget, idleApp, webApp } from "../target.ts";

/** Old packages without types: what of them is used is said here. */
interface MarathonNode {
  readonly app: {
    getList(query?: object): Promise<unknown>;
    create(app: object): Promise<unknown>;
    getOne(id: string): Promise<unknown>;
    update(id: string, app: object, force?: boolean): Promise<unknown>;
    restart(id: string): Promise<unknown>;
    getTasks(id: string): Promise<unknown>;
    getVersions(id: string): Promise<unknown>;
    killTasks(id: string, parameters: object): Promise<unknown>;
    destroy(id: string): Promise<unknown>;
  };
  readonly groups: {
    create(group: object): Promise<unknown>;
    getOne(id: string): Promise<unknown>;
    destroy(id: string, force?: boolean): Promise<unknown>;
  };
  readonly deployments: { getList(): Promise<unknown> };
  readonly tasks: { getList(): Promise<unknown> };
  readonly queue: { get(): Promise<unknown> };
  readonly info: { get(): Promise<unknown> };
  readonly leader: { get(): Promise<unknown> };
  readonly misc: { ping(): Promise<unknown> };
}
type CreateMarathonNode = (url: string, options: object) => MarathonNode;
interface EventClient extends EventEmitter {
  subscribe(): void;
  unsubscribe(): void;
}
type CreateEventClient = new (options: object) => EventClient;

const require = createRequire(import.meta.url);
const createClient: CreateMarathonNode = require("marathon-node");
const EventBusClient: CreateEventClient = require("marathon-event-bus-client");

let target: Target;

beforeAll(async () => {
  target = await createTarget();
});

afterAll(async () => {
  await target?.end();
});

describe("marathon-node of npm", () => {
  it("creates, reads, updates, restarts, kills and destroys an app and a group", async () => {
    const { username = "", password = "" } = target.credentials ?? {};
    const client = createClient(target.url, { auth: { user: username, pass: password } });
    const id = `${target.home}/npm`;
    expect(await client.app.create({ id, ...webApp(target, "one") })).toMatchObject({ id });
    await target.settled(id);
    expect(await client.app.getOne(id)).toMatchObject({ app: { id, tasksRunning: 1 } });
    expect(await client.app.getList({ id, embed: "apps.tasks" })).toMatchObject({ apps: [{ id, tasks: [{ state: "TASK_RUNNING" }] }] });
    expect(await client.app.update(id, { instances: 2 })).toMatchObject({ deploymentId: expect.any(String) });
    await target.settled(id);
    expect(await client.app.getTasks(id)).toMatchObject({ tasks: [{ appId: id }, { appId: id }] });
    expect(await client.app.restart(id)).toMatchObject({ deploymentId: expect.any(String) });
    await target.settled(id);
    expect(z.object({ versions: z.array(z.string()) }).parse(await client.app.getVersions(id)).versions.length).toBeGreaterThanOrEqual(2);
    expect(await client.tasks.getList()).toMatchObject({ tasks: expect.arrayContaining([expect.objectContaining({ appId: id })]) });
    expect(await client.app.killTasks(id, { scale: true })).toMatchObject({ deploymentId: expect.any(String) });
    await target.settled(id);
    expect(await client.app.getTasks(id)).toEqual({ tasks: [] });
    expect(await client.deployments.getList()).toEqual([]);
    expect(await client.queue.get()).toMatchObject({ queue: [] });
    expect(await client.info.get()).toMatchObject({ name: "marathon" });
    expect(await client.leader.get()).toMatchObject({ leader: expect.any(String) });
    expect(await client.misc.ping()).toContain("pong");
    const group = `${target.home}/npm-group`;
    expect(await client.groups.create({ id: group, apps: [{ id: "a", ...idleApp(target) }] })).toMatchObject({
      deploymentId: expect.any(String),
    });
    await target.quiet();
    expect(await client.groups.getOne(group)).toMatchObject({ id: group, apps: [{ id: `${group}/a` }] });
    expect(await client.groups.destroy(group)).toMatchObject({ deploymentId: expect.any(String) });
    expect(await client.app.destroy(id)).toMatchObject({ deploymentId: expect.any(String) });
    await expect(client.app.getOne(id)).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("marathon-event-bus-client of npm", () => {
  it("hears a deployment from its beginning to its end", async () => {
    const { hostname, port, protocol } = new URL(target.url);
    const heard: { type: string; data: unknown }[] = [];
    const types = ["deployment_info", "deployment_step_success", "deployment_success", "group_change_success", "app_terminated_event"];
    const client = new EventBusClient({
      marathonHost: hostname,
      marathonPort: port,
      marathonProtocol: protocol.replace(":", ""),
      marathonHeaders: target.credentials === null ? {} : { Authorization: basicAuth(target.credentials) },
      eventTypes: types,
      handlers: Object.fromEntries(types.map((type) => [type, (_name: string, data: unknown) => heard.push({ type, data })])),
    });
    const problems: unknown[] = [];
    client.on("error", (problem) => problems.push(problem));
    const subscribed = new Promise((resolve) => client.once("subscribed", resolve));
    client.subscribe();
    await subscribed;
    const put = await target.call("PUT", `/v2/apps${target.home}/heard`, idleApp(target));
    await target.settled(`${target.home}/heard`);
    await target.call("DELETE", `/v2/apps${target.home}/heard`);
    await until("its end is heard", () => (heard.some(({ type }) => type === "app_terminated_event") ? true : null));
    const order = heard.filter(({ data }) => JSON.stringify(data).includes(put.body.deploymentId ?? "none")).map(({ type }) => type);
    expect(order).toEqual([
      "deployment_info",
      "deployment_step_success",
      "deployment_info",
      "deployment_step_success",
      "deployment_success",
    ]);
    expect(problems).toEqual([]);
    const ended = new Promise((resolve) => client.once("unsubscribed", resolve));
    client.unsubscribe();
    await ended;
  });
});
