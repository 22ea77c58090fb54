import { getEvidence } from "#lib/domain/verdicts/queries.ts";
import { evidenceResponse } from "#lib/server/evidence.ts";
import { answerStream } from "#lib/server/streams/answer.ts";

export const dynamic = "force-dynamic";

/** A picture of a verdict, for the one who is signed in. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answerStream(params, async (services, actor, id) => evidenceResponse(await getEvidence(services, actor, id)));
}
