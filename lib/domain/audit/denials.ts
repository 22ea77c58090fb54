import type { Database } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { type AuditRecord, writeAudit } from "./write.ts";

interface Window {
  /** How many were written, and how many more were only counted. */
  written: number;
  leftOut: number;
}

/**
 * Writes refused attempts, but of one actor only the first few of a minute: the others are counted, and one more entry says
 * how many they were when the minute is over. So nobody fills the log by trying doors. The counts live in this process; when it
 * ends within the minute, the entry with the number is missing, the first ones are not.
 */
export function createDenialLog({ perWindow, windowMs }: { perWindow: number; windowMs: number }) {
  const windows = new Map<string, Window>();

  function open(database: Pick<Database, "auditEntry">, actor: Actor, key: string): Window {
    const window = { written: 0, leftOut: 0 };
    windows.set(key, window);
    const close = () => {
      windows.delete(key);
      if (window.leftOut === 0) return;
      const detail = { leftOut: window.leftOut, seconds: Math.round(windowMs / 1000) };
      const summary = {
        action: "request.refuse",
        objectType: "request",
        objectId: null,
        outcome: "denied",
        reason: "rate_limited",
      } as const;
      writeAudit(database, actor, { ...summary, detail }).catch(() => undefined);
    };
    setTimeout(close, windowMs).unref();
    return window;
  }

  /** Never throws: the refusal is what the caller has to tell, whether or not it could be written down. */
  return async function logDenial(
    database: Pick<Database, "auditEntry">,
    actor: Actor,
    record: Omit<AuditRecord, "outcome">,
  ): Promise<void> {
    const key = actor.viewing?.by.id ?? actor.id ?? `${actor.name} ${actor.sourceIp}`;
    const window = windows.get(key) ?? open(database, actor, key);
    if (window.written >= perWindow) {
      window.leftOut += 1;
      return;
    }
    window.written += 1;
    await writeAudit(database, actor, { ...record, outcome: "denied" }).catch(() => undefined);
  };
}

/** The one that all doors use. */
export const logDenial = createDenialLog({ perWindow: 30, windowMs: 60_000 });
