import { currentActor } from "#lib/server/current-actor.ts";
import { answerStream } from "#lib/server/streams/answer.ts";
import { projectChanges } from "#lib/server/streams/changes.ts";

export const dynamic = "force-dynamic";

export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answerStream(params, (services, actor, projectId) => projectChanges(services, actor, projectId, request, currentActor));
}
