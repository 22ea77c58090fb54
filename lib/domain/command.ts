import type { z } from "zod";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";
import { isUniqueViolation } from "#lib/platform/database/client.ts";

import { type Actor, type PolicyObject, type Verb, authorise } from "./access/policy.ts";
import { logDenial } from "./audit/denials.ts";
import { type AuditFields, type AuditRecord, writeAudit } from "./audit/write.ts";

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
  /** Web's own key for the secrets of webhooks that arrive; only web has it. */
  readonly webhookKey?: string | undefined;
  /** What keeps the time of jobs in the cluster of the settings; Berth itself where it is not said. */
  readonly jobScheduler?: "apps" | "chronos" | "metronome";
}

interface Subject extends Pick<AuditRecord, "objectName" | "stageKind"> {
  readonly objectType: string;
  readonly objectId: string | null;
  readonly projectId: string | null;
  readonly environmentId?: string | null;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** The fields that changed, as they were and as they are; a secret's value is never among them. */
  readonly before?: AuditFields;
  readonly after?: AuditFields;
}

interface Definition<S extends z.ZodType, L, O extends PolicyObject, R, P = null> {
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
  readonly perform: (tx: Transaction, loaded: L, input: z.output<S>, actor: Actor, settings: Settings, prepared: P) => Promise<R>;
  readonly subject: (loaded: L, input: z.output<S>, result: R) => Subject;
}

/** Slow work, such as the hash of a password, is done before the transaction: waiting for it must not hold a connection. */
interface PreparedDefinition<S extends z.ZodType, L, O extends PolicyObject, R, P> extends Definition<S, L, O, R, P> {
  readonly verb: Verb<O>;
  /** On what the right is asked for before the work: nobody has it done for nothing. Inside it is asked for again. */
  readonly prepareFor: (actor: Actor) => O;
  /** Done once, also where the transaction is tried twice. */
  readonly prepare: (context: CommandContext, input: z.output<S>, actor: Actor) => Promise<P>;
}

type Prepare<I, P> = (context: CommandContext, input: I, actor: Actor, asked: Asked) => Promise<P>;

export interface Command<R> {
  readonly name: string;
  run(context: CommandContext, actor: Actor, input: unknown): Promise<R>;
}

/**
 * The only way anything is written on somebody's wish: parse, load, authorise, gate, then one transaction with the state,
 * its audit entry, its event and its job. Every door (page, REST, Git) runs the same command.
 */
export function defineCommand<S extends z.ZodType, L, O extends PolicyObject, R>(definition: Definition<S, L, O, R>): Command<R> {
  return makeCommand(definition, async () => null);
}

/** A command with slow work before its transaction. */
export function definePreparedCommand<S extends z.ZodType, L, O extends PolicyObject, R, P>(
  definition: PreparedDefinition<S, L, O, R, P>,
): Command<R> {
  return makeCommand(definition, async (context, input, actor, asked) => {
    const object = definition.prepareFor(actor);
    asked.object = object;
    authorise<O>(actor, definition.verb, object);
    return definition.prepare(context, input, actor);
  });
}

function makeCommand<S extends z.ZodType, L, O extends PolicyObject, R, P>(
  definition: Definition<S, L, O, R, P>,
  prepare: Prepare<z.output<S>, P>,
): Command<R> {
  async function attempt(context: CommandContext, actor: Actor, input: z.output<S>, asked: Asked, prepared: P): Promise<R> {
    return context.database.$transaction(async (tx) => {
      const loaded = await definition.load(tx, input, actor, context.settings);
      const verb = typeof definition.verb === "function" ? definition.verb(loaded) : definition.verb;
      const object = definition.object(loaded, input);
      asked.object = object;
      authorise<O>(actor, verb, object);
      definition.gate?.(loaded, input);
      const result = await definition.perform(tx, loaded, input, actor, context.settings, prepared);
      await writeAudit(tx, actor, { action: definition.name, outcome: "allowed", ...definition.subject(loaded, input, result) });
      return result;
    });
  }

  return {
    name: definition.name,
    async run(context, actor, raw) {
      if (actor.viewing !== null && definition.whileViewing !== true) throw new BerthError("view_only");
      const input = parseInput(definition.input, raw);
      const asked: Asked = { object: null };
      try {
        const prepared = await prepare(context, input, actor, asked);
        return await attempt(context, actor, input, asked, prepared).catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error;
          // Somebody was faster. A second look decides whether there is still anything to do.
          return attempt(context, actor, input, asked, prepared);
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw new BerthError("conflict", { cause: error });
        if (isBerthError(error, "forbidden", "not_found", "own_commit"))
          await logDenial(context.database, actor, { ...refusalOf(definition.name, asked.object, input), reason: error.code });
        throw error;
      }
    },
  };
}

/** What an attempt turned out to be about before it was refused. */
interface Asked {
  object: PolicyObject | null;
}

/** Fields of commands that name what they are about; everything else may hold what nobody should read. */
const names = [
  "id",
  "environment",
  "deployment",
  "variable",
  "stage",
  "person",
  "group",
  "token",
  "job",
  "run",
  "promotion",
  "project",
] as const;
const nameMaxLength = 200;

/** What is known of a refused attempt: the object by the name it was asked for under, and where that is, as far as it was found. */
function refusalOf(action: string, object: PolicyObject | null, input: unknown): Omit<AuditRecord, "outcome" | "reason"> {
  const noun = action.split(".")[0] ?? action;
  const given = typeof input === "object" && input !== null ? new Map(Object.entries(input)) : new Map<string, unknown>();
  const name = names
    .toSorted((one, other) => Number(other === noun) - Number(one === noun))
    .find((field) => typeof given.get(field) === "string");
  const asked = name === undefined ? null : String(given.get(name)).slice(0, nameMaxLength);
  return {
    action,
    objectType: name === undefined || name === "id" ? noun : name,
    objectId: asked,
    projectId: object !== null && "projectId" in object ? object.projectId : null,
    stageKind: object?.type === "environment" ? object.stageKind : null,
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
