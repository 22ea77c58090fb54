import type { IncomingMessage, ServerResponse } from "node:http";

import { describeError } from "#lib/core/errors.ts";
import { isInboundForge } from "#lib/domain/inbound-hooks/forges.ts";
import { findInboundHook, type Received, receiveWebhook } from "#lib/domain/inbound-hooks/receive.ts";

import { services } from "./services.ts";

/** GitHub cuts at 25 MB; what says that a branch moved is a fraction of this. */
const bodyMaxBytes = 5 * 1024 * 1024;

const answers: Readonly<Record<Received, { readonly status: number; readonly words: string }>> = {
  taken: { status: 202, words: "Berth looks at the repository." },
  ignored: { status: 202, words: "Berth has nothing to do for this." },
  repeated: { status: 200, words: "Berth has had this one." },
  refused: { status: 401, words: "There is no such webhook here, or its secret is another one." },
  malformed: { status: 400, words: "The body is not the JSON of a webhook." },
  too_many: { status: 429, words: "Too many webhooks of this project. Wait a minute." },
};

/**
 * Webhooks of forges, `POST /webhooks/{forge}/{project}`. The signature is the only right there is; a project that is not there, one without
 * a secret and a wrong signature are answered alike. Answers false when the address is none of these.
 */
export async function webhookDoor(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = request.url ?? "";
  if (!url.startsWith("/webhooks/")) return false;
  const [, forge = "", slug = ""] = /^\/webhooks\/([a-z]{1,20})\/([a-z0-9-]{1,64})(?:[?].*)?$/.exec(url) ?? [];
  if (!isInboundForge(forge)) return answer(response, 404, "There is no such webhook.");
  if (request.method !== "POST") return answer(response, 405, "Send a POST.");
  if (Number(request.headers["content-length"] ?? 0) > bodyMaxBytes) return answer(response, 413, "That is more than five megabytes.");
  try {
    const { database, settings } = services();
    // Read before anything is looked up: who holds the body back would else learn from an early answer that nothing is here.
    const raw = await readBody(request);
    if (raw === null) return answer(response, 413, "That is more than five megabytes.");
    const hook = settings.webhookKey === undefined ? null : await findInboundHook(database, settings.webhookKey, slug, forge);
    if (hook === null) return answerWith(response, "refused");
    return answerWith(response, await receiveWebhook(database, hook, headersOf(request), raw));
  } catch (error) {
    services().log.error({ reason: describeError(error), forge }, "A webhook could not be taken.");
    return answer(response, 503, "Berth cannot take it now. Send it again later.");
  }
}

/** The bytes as they came; null as soon as they are too many, and then no more is read. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Ending the loop early must not end the connection: the answer still has to go out on it.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const chunk = Buffer.from(piece);
    size += chunk.length;
    if (size > bodyMaxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

function answerWith(response: ServerResponse, received: Received): true {
  const { status, words } = answers[received];
  return answer(response, status, words);
}

function answer(response: ServerResponse, status: number, words: string): true {
  const closing = status === 401 || status === 404 || status === 405 || status === 413;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 429 || status === 503 ? { "retry-after": "60" } : {}),
    ...(closing ? { connection: "close" } : {}),
  });
  response.end(`${words}\n`);
  return true;
}
