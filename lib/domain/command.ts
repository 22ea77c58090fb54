import type { z } from "zod";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";
import { isUniqueViolation } from "#lib/platform/database/client.ts";

import { type Actor, type PolicyObject, type Verb, authorise } from "./access/policy.ts";
import { type AuditFields, writeAudit } from "./audit/write.ts";

/** What a command may touch: the database and the clock of it. No adapter: outside work is for jobs. */
export interface CommandContext {
  readonly database: Database;
  readonly settings: Settings;
}

/** The installation's own addresses and permissions, as far as commands and queries need them. */
export interface Settings {
  /** Origin of the dashboard, e.g. http://localhost:3000 */
  readonly dashboardOrigin: string;
  /** Domain of environments, e.g. preview.localhost */
  readonly previewDomain: string;
  /** Scheme and port of environments' URLs, e.g. http://preview.localhost:4000 */
  readonly previewOrigin: string;
  readonly allowFileRepositories: boolean;
}

interface Subject {
  readonly objectType: string;
  readonly objectId: string | null;
  readonly projectId: string | null;
  readonly environmentId?: string | null;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** The fields that changed, as they were and as they are; a secret's value is never among them. */
  readonly before?: AuditFields;
  readonly after?: AuditFields;
}

interface Definition<S extends z.ZodType, L, O extends PolicyObject, R> {
  /** noun.verb, the action in the audit log */
  readonly name: string;
  readonly input: S;
  /** Whether it may run while an admin looks through another's eyes: only what ends the looking. */
  readonly whileViewing?: boolean;
  /** Reads (and locks) what the command is about. Throws `not_found`. */
  readonly load: (tx: Transaction, input: z.output<S>, actor: Actor, settings: Settings) => Promise<L>;
  /** The right it takes; a function where it depends on what was loaded. */
  readonly verb: Verb<O> | ((loaded: L) => Verb<O>);
  readonly object: (loaded: L, input: z.output<S>) => O;
  /** May it happen now? Throws the reason. Pure. */
  readonly gate?: (loaded: L, input: z.output<S>) => void;
  readonly perform: (tx: Transaction, loaded: L, input: z.output<S>, actor: Actor, settings: Settings) => Promise<R>;
  readonly subject: (loaded: L, input: z.output<S>, result: R) => Subject;
}

export interface Command<R> {
  readonly name: string;
  run(context: CommandContext, actor: Actor, input: unknown): Promise<R>;
}

/**
 * The only way anything is written on somebody's wish: parse, load, authorise, gate, then one transaction with the state,
 * its audit entry, its event and its job. Every door (page, REST, Git) runs the same command.
 */
export function defineCommand<S extends z.ZodType, L, O extends PolicyObject, R>(definition: Definition<S, L, O, R>): Command<R> {
  async function attempt(context: CommandContext, actor: Actor, input: z.output<S>): Promise<R> {
    return context.database.$transaction(async (tx) => {
      const loaded = await definition.load(tx, input, actor, context.settings);
      const verb = typeof definition.verb === "function" ? definition.verb(loaded) : definition.verb;
      authorise<O>(actor, verb, definition.object(loaded, input));
      definition.gate?.(loaded, input);
      const result = await definition.perform(tx, loaded, input, actor, context.settings);
      await writeAudit(tx, actor, { action: definition.name, outcome: "allowed", ...definition.subject(loaded, input, result) });
      return result;
    });
  }

  return {
    name: definition.name,
    async run(context, actor, raw) {
      const input = parseInput(definition.input, raw);
      if (actor.viewing !== null && definition.whileViewing !== true) throw new BerthError("view_only");
      try {
        return await attempt(context, actor, input);
      } catch (error) {
        if (isUniqueViolation(error)) {
          // Somebody was faster. A second look decides whether there is still anything to do.
          return await attempt(context, actor, input).catch((again: unknown) => {
            throw isUniqueViolation(again) ? new BerthError("conflict", { cause: again }) : again;
          });
        }
        if (isBerthError(error, "forbidden", "not_found")) {
          await writeAudit(context.database, actor, {
            action: definition.name,
            objectType: "request",
            objectId: null,
            outcome: "denied",
            reason: error.code,
          }).catch(() => undefined);
        }
        throw error;
      }
    },
  };
}

/** Parses hostile input; throws `invalid_input` with a message per field. */
export function parseInput<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  refuseNul(raw);
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) fields[issue.path.join(".") || "request"] ??= issue.message;
  const detail = Object.entries(fields)
    .slice(0, 5)
    .map(([field, message]) => `${field}: ${message}`)
    .join("; ");
  throw new BerthError("invalid_input", { detail, fields });
}

/** PostgreSQL keeps no text with a NUL character, and nobody means one. */
function refuseNul(raw: unknown, depth = 0): void {
  if (typeof raw === "string" && raw.includes("\0"))
    throw new BerthError("invalid_input", { detail: "Text cannot contain a NUL character." });
  if (typeof raw !== "object" || raw === null || depth > 8) return;
  for (const [name, value] of Object.entries(raw)) {
    refuseNul(name);
    refuseNul(value, depth + 1);
  }
}
