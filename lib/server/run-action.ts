import "server-only";
import { isRedirectError } from "next/dist/client/components/redirect-error";

import { isBerthError } from "#lib/core/errors.ts";
import { type ActionResult, problemOf } from "#lib/core/problem.ts";
import type { Command } from "#lib/domain/command.ts";

import { currentActor } from "./current-actor.ts";
import { services } from "./services.ts";

/**
 * Runs a command for the one who is signed in and answers for a form. Expected refusals come back as a problem; anything
 * else is logged with the request and shown as a mistake of Berth's.
 */
export async function runAction<R>(
  command: Command<R>,
  input: unknown,
  done: (result: R) => ActionResult | void | Promise<ActionResult | void> = () => undefined,
): Promise<ActionResult> {
  return answering(async () => {
    const actor = await currentActor();
    if (actor === null)
      return {
        status: "failed",
        problem: {
          code: "not_signed_in",
          title: "You are not signed in.",
          detail: null,
          help: "Sign in again in another tab; what you typed stays here.",
        },
      };
    const result = await command.run(services(), actor, input);
    return (await done(result)) ?? { status: "done" };
  });
}

/** Turns what an action throws into what its form shows. */
export async function answering(action: () => Promise<ActionResult>): Promise<ActionResult> {
  try {
    return await action();
  } catch (error) {
    if (isRedirectError(error)) throw error;
    if (!isBerthError(error)) services().log.error({ err: error }, "An action ended by a mistake of Berth's.");
    return {
      status: "failed",
      problem: problemOf(error),
      ...(isBerthError(error) && error.fields !== undefined ? { fields: error.fields } : {}),
    };
  }
}

/** A form's fields as plain text; empty ones are left out, files refused by being left out. */
export function fieldsOf(form: FormData, names: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of names) {
    const value = form.get(name);
    if (typeof value === "string" && value !== "") fields[name] = value;
  }
  return fields;
}
