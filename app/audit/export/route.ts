import { BerthError } from "#lib/core/errors.ts";
import { exportQuerySchema } from "#lib/domain/audit/schema.ts";
import { parseInput } from "#lib/domain/command.ts";
import { problemResponse } from "#lib/server/api/answer.ts";
import { auditFile } from "#lib/server/audit-file.ts";
import { currentActor } from "#lib/server/current-actor.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/** The audit log as a file, for the one who is signed in in the browser. */
export async function GET(request: Request): Promise<Response> {
  try {
    const actor = await currentActor();
    if (actor === null) throw new BerthError("not_signed_in");
    const { format, ...filter } = parseInput(exportQuerySchema, Object.fromEntries(new URL(request.url).searchParams));
    return auditFile(services(), actor, filter, format, currentActor);
  } catch (error) {
    return problemResponse(error);
  }
}
