import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createToken } from "#lib/domain/access/commands/tokens.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { createPerson } from "#lib/domain/people/commands/create.ts";
import { invitePerson } from "#lib/domain/people/commands/invite.ts";
import { updatePerson } from "#lib/domain/people/commands/update.ts";
import { type PeopleStage, openPeopleStage, type Someone } from "#tests/integration/members/stage.ts";

let stage: PeopleStage;
let limited: Actor;
let unlimited: Actor;
let olga: Someone;

beforeAll(async () => {
  stage = await openPeopleStage();
  olga = await stage.someone("Olga", { isAdmin: true });
  const [narrow, wide] = [await stage.token(stage.ada, { verbs: ["manage_people"] }), await stage.token(stage.ada)];
  const actors = [await narrow.actor(), await wide.actor()];
  if (actors[0] == null || actors[1] == null) throw new Error("The tokens are refused");
  [limited, unlimited] = [actors[0], actors[1]];
});

afterAll(async () => {
  await stage.end();
});

const password = "tern gull skerry";

describe("a token limited to managing people", () => {
  it("makes no admin, of nobody", async () => {
    const mara = await stage.someone("Mara");
    const input = { email: "evil@example.org", name: "Evil", password, isAdmin: true };
    await expect(createPerson.run(stage.context, limited, input)).rejects.toMatchObject({ code: "forbidden" });
    await expect(updatePerson.run(stage.context, limited, { person: mara.id, isAdmin: true })).rejects.toMatchObject({ code: "forbidden" });
    expect(await stage.worker.person.count({ where: { OR: [{ email: input.email }, { id: mara.id, isAdmin: true }] } })).toBe(0);
    await expect(createPerson.run(stage.context, unlimited, input)).resolves.toBeDefined();
  });

  it("gets hold of no admin: neither by password or address, nor by a link or a token, nor by taking the right away first", async () => {
    const person = olga.id;
    const attempts: Array<(actor: Actor) => Promise<unknown>> = [
      (actor) => invitePerson.run(stage.context, actor, { person }),
      (actor) => updatePerson.run(stage.context, actor, { person, password }),
      (actor) => updatePerson.run(stage.context, actor, { person, email: "mine@example.org" }),
      (actor) => updatePerson.run(stage.context, actor, { person, isAdmin: false }),
    ];
    await expect(createToken.run(stage.context, limited, { person, name: "ci" })).rejects.toMatchObject({ code: "forbidden" });
    for (const attempt of attempts) await expect(attempt(limited)).rejects.toMatchObject({ code: "forbidden" });
    for (const attempt of attempts) await expect(attempt(unlimited)).resolves.toBeDefined();
  });

  it("still adds, invites and changes everybody else", async () => {
    const { id } = await createPerson.run(stage.context, limited, { email: "nova@example.org", name: "Nova" });
    await expect(updatePerson.run(stage.context, limited, { person: id, password, email: "nova2@example.org" })).resolves.toBeDefined();
    await expect(invitePerson.run(stage.context, limited, { person: id })).resolves.toBeDefined();
  });
});
