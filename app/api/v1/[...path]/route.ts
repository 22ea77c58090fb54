import { answerApi } from "#lib/server/api/answer.ts";
import { operations } from "#lib/server/api/registry.ts";

export const dynamic = "force-dynamic";

const answer = (request: Request): Promise<Response> => answerApi(operations, request);

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
