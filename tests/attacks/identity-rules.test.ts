import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { actorOfSession } from "#lib/domain/access/authenticate.ts";
import { changePassword } from "#lib/domain/access/commands/change-password.ts";
import { ensureSetupCode, setUp } from "#lib/domain/access/first-admin.ts";
import { signIn, type Visitor } from "#lib/domain/access/sign-in.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { updatePerson } from "#lib/domain/people/commands/update.ts";
import { hashPassword } from "#lib/platform/crypto/passwords.ts";
import { openDatabase } from "#lib/platform/database/client.ts";
import { createTestDatabase, type TestDatabase } from "#tests/support/database.ts";

const good = "quay harbour lantern";
let place: TestDatabase;
let context: CommandContext;
let close: () => Promise<void>;
beforeAll(async () => {
  place = await createTestDatabase();
  const web = openDatabase(place.roles.web, { connections: 8, onError: () => undefined });
  close = web.close;
  const settings = {
    dashboardOrigin: "http://localhost:3000",
    previewDomain: "preview.localhost",
    previewOrigin: "http://preview.localhost:4000",
  };
  context = { database: web.database, settings: { ...settings, allowFileRepositories: false } };
});
afterAll(async () => {
  await close?.();
  await place?.drop();
});

const visitor = (ip: string): Visitor => ({ ip, userAgent: "Test", requestId: null });
const attempt = (email: string, password: string, ip = "192.0.2.1") =>
  signIn(context.database, { email, password }, visitor(ip)).then(
    () => "signed in",
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "mistake"),
  );
const makePerson = async (email: string) =>
  context.database.person.create({ data: { email, name: email, passwordHash: await hashPassword(good) }, select: { id: true } });

describe("A02, A06", () => {
  test("the set-up wants the printed code, takes no weak password, and is dead after its first use", async () => {
    const code = (await ensureSetupCode(place.adminUrl)) ?? "";
    const make = (given: string, password: string) =>
      setUp(context.database, { code: given, name: "Ada", email: "ada@example.org", password }, visitor("192.0.2.9")).then(
        () => "made",
        (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "mistake"),
      );
    expect(await make("AAAAA-AAAAA-AAAAA-AAAAA", good)).toBe("setup_code_wrong");
    expect(await make(code, "seven77")).toBe("password_weak");
    expect(await make(code, "password123")).toBe("password_weak");
    expect(await make(code, `${good}\0`)).toBe("invalid_input");
    const long = "sixty-four signs are a good password when nobody else has it 123";
    expect(long).toHaveLength(64);
    expect(await make(code, long)).toBe("made");
    expect(await make(code, long)).toBe("setup_done");
    expect(await attempt("ada@example.org", long)).toBe("signed in");
    expect(await attempt("ada@example.org", long.toUpperCase())).toBe("credentials_wrong");
    expect(await ensureSetupCode(place.adminUrl)).toBeNull();
  });
});

describe("A05", () => {
  test("forty wrong passwords at the same moment are five that are looked at", async () => {
    await makePerson("eli@example.org");
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, number) => attempt("eli@example.org", `wrong ${number}`, "192.0.2.5")),
    );
    expect(results.filter((result) => result === "credentials_wrong")).toHaveLength(5);
    expect(results.filter((result) => result === "rate_limited")).toHaveLength(35);
    expect(await context.database.signInAttempt.count({ where: { account: "eli@example.org" } })).toBe(5);
  });

  test("whether an account exists cannot be told by time: the medians differ by less than 20 ms", async () => {
    const known = await Promise.all(Array.from({ length: 4 }, (_, number) => makePerson(`known${number}@example.org`)));
    expect(known).toHaveLength(4);
    const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
    for (let round = 0; round < 60; round += 1) {
      for (const kind of ["known", "unknown"] as const) {
        const started = performance.now();
        const result = await attempt(
          `${kind}${round % 4}@example.org`,
          "wrong wrong wrong",
          `198.51.100.${round + (kind === "known" ? 0 : 100)}`,
        );
        times[kind].push(performance.now() - started);
        expect(result).toBe("credentials_wrong");
      }
    }
    const median = (values: number[]) => values.toSorted((one, other) => one - other)[30] ?? 0;
    console.log(`p50: known ${median(times.known).toFixed(1)} ms, unknown ${median(times.unknown).toFixed(1)} ms`);
    expect(Math.abs(median(times.known) - median(times.unknown))).toBeLessThan(20);
  });

  test("a flood from one address keeps nobody else out, neither strangers nor browsers that are known", async () => {
    const { id } = await makePerson("flo@example.org");
    let over = false;
    const flood = Array.from({ length: 300 }, async (_, number) => {
      for (let round = 0; round < 2_000 && !over; round += 1) {
        await attempt(`flood${number}@example.org`, "wrong wrong", "203.0.113.66");
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const results: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      results.push(await attempt("flo@example.org", good, "203.0.113.1"));
      const known = { ...visitor("203.0.113.2"), known: { browser: "hers", personId: id } };
      const { personId } = await signIn(context.database, { email: "flo@example.org", password: good }, known);
      results.push(personId);
    }
    over = true;
    await Promise.all(flood);
    expect(results).toEqual(Array.from({ length: 4 }, () => ["signed in", id]).flat());
  });

  test("IPv6 addresses of one customer count as one", async () => {
    const results: string[] = [];
    for (let number = 0; number < 7; number += 1)
      results.push(await attempt("nobody6@example.org", "wrong wrong", `2001:db8:0:7::${number + 1}`));
    expect(results.slice(5)).toEqual(["rate_limited", "rate_limited"]);
    expect(await attempt("nobody6@example.org", "wrong wrong", "2001:db8:0:8::1")).toBe("credentials_wrong");
  });
});

describe("A07", () => {
  test("a changed password ends every other session, and the one that changed it goes on", async () => {
    const { id } = await makePerson("ann@example.org");
    const here = await signIn(context.database, { email: "ann@example.org", password: good }, visitor("192.0.2.20"));
    const there = await signIn(context.database, { email: "ann@example.org", password: good }, visitor("192.0.2.21"));
    const who = (sessionId: string) => actorOfSession(context.database, sessionId, { ip: null, requestId: null });
    const actor = await who(here.sessionId);
    if (actor === null) throw new Error("There is no session");
    await changePassword.run(context, actor, { current: good, password: "another quay, another lantern" });
    expect((await who(here.sessionId))?.id).toBe(id);
    expect(await who(there.sessionId)).toBeNull();
    expect(await attempt("ann@example.org", good, "192.0.2.22")).toBe("credentials_wrong");
    expect(await attempt("ann@example.org", "another quay, another lantern", "192.0.2.23")).toBe("signed in");
  });

  const signedIn = async (email: string) => {
    const { id } = await makePerson(email);
    const { sessionId } = await signIn(context.database, { email, password: good }, visitor("192.0.2.30"));
    const actor = await actorOfSession(context.database, sessionId, { ip: null, requestId: null });
    if (actor === null) throw new Error("There is no session");
    const change = (current: string, password = "another quay, another lantern") =>
      changePassword.run(context, actor, { current, password }).then(
        () => "changed",
        (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "mistake"),
      );
    return { id, actor, change };
  };

  test("whoever holds another's session guesses five passwords a minute, each written down, and stops no page meanwhile", async () => {
    const { id, change } = await signedIn("bea@example.org");
    const guesses = await Promise.all(Array.from({ length: 60 }, (_, number) => change(`wrong ${number}`)));
    expect(guesses.filter((code) => code === "credentials_wrong")).toHaveLength(5);
    expect(guesses.filter((code) => code === "rate_limited")).toHaveLength(55);
    expect(await change(good)).toBe("rate_limited");
    const written = await context.database.auditEntry.findMany({ where: { action: "password.change", actorId: id } });
    expect(written.map(({ outcome, reason }) => [outcome, reason])).toEqual(
      Array.from({ length: 5 }, () => ["denied", "credentials_wrong"]),
    );
    await context.database.signInAttempt.deleteMany({});
    expect(await change(good)).toBe("changed");
  });

  test("a password set by an admin stands, whatever is changed at the same moment with the old one", async () => {
    const admin = await signedIn("adm@example.org");
    await context.database.person.update({ where: { id: admin.id }, data: { isAdmin: true } });
    const byAdmin = { ...admin.actor, isAdmin: true };
    for (let round = 0; round < 8; round += 1) {
      const email = `reset${round}@example.org`;
      const { id, change } = await signedIn(email);
      const changed = change(good);
      await updatePerson.run(context, byAdmin, { person: id, password: "set by an admin, for good" });
      // Either it came before and was undone, or it came too late.
      expect(["changed", "credentials_wrong", "not_signed_in"]).toContain(await changed);
      expect(await attempt(email, "set by an admin, for good", `192.0.2.${150 + round}`)).toBe("signed in");
    }
  });

  test("an ended session changes no password", async () => {
    const { id, change } = await signedIn("cat@example.org");
    await context.database.session.updateMany({ where: { personId: id }, data: { endedAt: new Date() } });
    expect(await change(good)).toBe("not_signed_in");
    expect(await attempt("cat@example.org", good, "192.0.2.31")).toBe("signed in");
  });

  test("a sign-in with the old password while it is being changed leaves no session behind", async () => {
    for (let round = 0; round < 8; round += 1) {
      const email = `race${round}@example.org`;
      const { id } = await makePerson(email);
      const { sessionId } = await signIn(context.database, { email, password: good }, visitor(`192.0.2.${100 + round}`));
      const actor = await actorOfSession(context.database, sessionId, { ip: null, requestId: null });
      if (actor === null) throw new Error("There is no session");
      await Promise.all([
        changePassword.run(context, actor, { current: good, password: "another quay, another lantern" }),
        ...Array.from({ length: 3 }, (_, number) => attempt(email, good, `192.0.2.${120 + round * 4 + number}`)),
      ]);
      const alive = await context.database.session.findMany({ where: { personId: id, endedAt: null }, select: { id: true } });
      expect(alive).toEqual([{ id: actor.sessionId }]);
    }
  });
});
