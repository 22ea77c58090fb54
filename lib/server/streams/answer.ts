import "server-only";
import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Actor } from "#lib/domain/access/policy.ts";

import { problemResponse } from "../api/answer.ts";
import { currentActor } from "../current-actor.ts";
import { type Services, services } from "../services.ts";

/** A stream for the one who is signed in in the browser; refusals as problems, before anything is streamed. */
export async function answerStream(
  params: Promise<{ id: string }>,
  open: (services: Services, actor: Actor, id: string) => Promise<Response>,
): Promise<Response> {
  try {
    const actor = await currentActor();
    if (actor === null) throw new BerthError("not_signed_in");
    const id = z.uuid().safeParse((await params).id);
    if (!id.success) throw new BerthError("not_found");
    return await open(services(), actor, id.data);
  } catch (error) {
    return problemResponse(error);
  }
}
