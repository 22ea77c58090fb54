import { AsyncLocalStorage } from "node:async_hooks";

import { Client } from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

import { createLog } from "#lib/platform/log.ts";
import { createEventHub, type EventHub } from "#lib/server/event-hub.ts";
import { createTestDatabase, type TestDatabase } from "#tests/support/database.ts";

let database: TestDatabase;
let hub: EventHub;
const request = new AsyncLocalStorage<string>();

beforeAll(async () => {
  database = await createTestDatabase();
  hub = createEventHub(database.roles.web, createLog("test", "fatal"));
});

afterAll(async () => {
  await hub.close();
  await database.drop();
});

async function notify(channel: string, payload: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query("SELECT pg_notify($1, $2)", [channel, payload]);
  await client.end();
}

it("calls every listener in the request it belongs to, whoever opened the ears", async () => {
  const heard = { access: new Set<string>(), change: new Set<string>(), log: new Set<string>() };
  const note = (kind: keyof typeof heard, who: string) => () => void heard[kind].add(`${who} in ${request.getStore() ?? "nobody's"}`);
  const forget = ["ada's", "tess's"].flatMap((who) =>
    request.run(who, () => [
      hub.onAccess(note("access", who)),
      hub.onChange(note("change", who)),
      hub.onLog("0b6f9c56-0000-4000-8000-000000000001", note("log", who)),
    ]),
  );
  const own = new Set(["ada's in ada's", "tess's in tess's"]);
  await vi.waitFor(
    async () => {
      await notify("berth_access", "");
      await notify("berth_logs", "0b6f9c56-0000-4000-8000-000000000001");
      await notify("berth_events", JSON.stringify({ id: "1", kind: "x.y", project: null, environment: null, deployment: null }));
      expect(heard).toEqual({ access: own, change: own, log: own });
    },
    { timeout: 10_000, interval: 200 },
  );
  for (const end of forget) end();
});
