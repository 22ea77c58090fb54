import { answerStream } from "#lib/server/streams/answer.ts";
import { jobRunLogResponse } from "#lib/server/streams/log.ts";

export const dynamic = "force-dynamic";

export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const follow = new URL(request.url).searchParams.get("download") === null;
  return answerStream(params, (services, actor, id) => jobRunLogResponse(services, actor, id, { follow, request }));
}
