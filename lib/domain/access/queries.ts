import { BerthError } from "#lib/core/errors.ts";

import type { Reader } from "../projects/head.ts";
import type { Actor } from "./policy.ts";

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly hasPassword: boolean;
  readonly tokens: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly hint: string;
    readonly createdAt: Date;
    readonly expiresAt: Date | null;
    readonly lastUsedAt: Date | null;
  }>;
  readonly sessions: ReadonlyArray<{
    readonly id: string;
    readonly userAgent: string | null;
    readonly createdAt: Date;
    readonly lastSeenAt: Date;
    readonly current: boolean;
  }>;
}

/** One's own account. */
export async function getAccount(reader: Reader, actor: Actor): Promise<Account> {
  if (actor.id === null) throw new BerthError("not_found");
  const person = await reader.database.person.findUniqueOrThrow({
    where: { id: actor.id },
    select: {
      id: true,
      email: true,
      name: true,
      isAdmin: true,
      passwordHash: true,
      tokens: {
        where: { revokedAt: null },
        orderBy: { createdAt: "desc" },
        take: 100,
        select: { id: true, name: true, hint: true, createdAt: true, expiresAt: true, lastUsedAt: true },
      },
      sessions: {
        where: { endedAt: null, expiresAt: { gt: new Date() } },
        orderBy: { lastSeenAt: "desc" },
        take: 50,
        select: { id: true, userAgent: true, createdAt: true, lastSeenAt: true },
      },
    },
  });
  const { passwordHash, sessions, ...rest } = person;
  return {
    ...rest,
    hasPassword: passwordHash !== null,
    sessions: sessions.map((session) => ({ ...session, current: session.id === actor.sessionId })),
  };
}

/** Whether nobody exists yet: then every page leads to the set-up. */
export async function isUntouched(reader: Pick<Reader, "database">): Promise<boolean> {
  return (await reader.database.person.findFirst({ select: { id: true } })) === null;
}
