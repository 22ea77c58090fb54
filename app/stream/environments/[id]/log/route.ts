import { answerStream } from "#lib/server/streams/answer.ts";
import { environmentLogResponse } from "#lib/server/streams/log.ts";

export const dynamic = "force-dynamic";

export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answerStream(params, (services, actor, id) => environmentLogResponse(services, actor, id, request));
}
