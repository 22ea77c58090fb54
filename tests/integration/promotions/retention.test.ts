import { afterAll, beforeAll, expect, it } from "vitest";

import { createRegistry } from "#lib/adapters/registry/client.ts";
import { promote } from "#lib/domain/promotions/commands/promote.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type Live, type Way, openWay } from "./way.ts";

let way: Way;
beforeAll(async () => {
  way = await openWay();
});
afterAll(() => way?.end());

/** What the registry still has of these. */
async function kept(images: Readonly<Record<string, { readonly digest: string }>>): Promise<string[]> {
  const client = createRegistry({ url: way.registry.url });
  const found: string[] = [];
  for (const [name, { digest }] of Object.entries(images)) if ((await client.digestOf("shop", digest)) !== null) found.push(name);
  await client.close();
  return found;
}

it("keeps what is live, approved, being promoted or can be gone back to, and removes the rest from the registry", async () => {
  const project = await way.project();
  const served: Live[] = [];
  // Staging keeps its last three; twelve have answered in production, of which the newest ten can be gone back to.
  for (let count = 0; count < 6; count += 1) served.push(await way.live(project.id, "staging", "v1.0"));
  await way.verdict(served[1]!, "approve");
  const production: Live[] = [];
  for (let count = 0; count < 12; count += 1) production.push(await way.live(project.id, "production", null));
  const asked = await way.live(project.id, "staging", "v2.0");
  await way.verdict(asked, "approve");
  await promote.run(way.stage.context, admin, { environment: asked.environmentId, to: "uat" });
  for (let count = 0; count < 4; count += 1) await way.live(project.id, "staging", "v2.0");
  const nobodys = await way.image(project.id);

  await way.collect(project.id);

  expect(await kept({ first: served[0]!, approved: served[1]!, third: served[2]!, live: served[5]!, nobodys, asked })).toEqual([
    "approved",
    "live",
    "asked",
  ]);
  expect(await kept(Object.fromEntries(production.map((live, index) => [String(index + 1), live])))).toEqual([
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "12",
  ]);
  const client = createRegistry({ url: way.registry.url });
  for (const { digest } of served.slice(3)) expect(await client.digestOf("shop", digest)).toBe(digest);
  await client.close();
});
