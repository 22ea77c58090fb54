import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { answerApi } from "#lib/server/api/answer.ts";
import { operations } from "#lib/server/api/registry.ts";
import { gitDoor } from "#lib/server/git-door.ts";
import { services } from "#lib/server/services.ts";
import { sessionCookie } from "#lib/server/session-cookie.ts";

import { withCookies } from "./next-request.ts";
import type { Who } from "./world.ts";

/** What a door answered: "ok", or the code of its refusal, with the words it used. */
export interface Answer {
  readonly code: string;
  readonly words: string;
}

export const origin = "http://localhost:3000";
const ok: Answer = { code: "ok", words: "" };
const cookies = new Map<string, { name: string; value: string }>();

/** Asks with the person's cookie. */
async function as<T>(who: Who, ask: () => Promise<T>): Promise<T> {
  if (who.session === null) return withCookies(new Map(), ask);
  const cookie = cookies.get(who.session) ?? (await sessionCookie(who.session));
  cookies.set(who.session, cookie);
  return withCookies(new Map([[cookie.name, cookie.value]]), ask);
}

function bearer(who: Who): Record<string, string> {
  return who.token === null ? {} : { authorization: `Bearer ${who.token}` };
}

/** An operation of the REST interface, with the person's token. */
export async function askApi(who: Who, method: string, path: string, body?: unknown): Promise<Answer & { readonly body: string }> {
  const leave = new AbortController();
  const request = new Request(`${origin}/api/v1${path}`, {
    method,
    headers: { ...bearer(who), ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: leave.signal,
  });
  return answerOf(await answerApi(operations, request), leave);
}

async function answerOf(response: Response, leave: AbortController): Promise<Answer & { readonly body: string }> {
  if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    leave.abort();
    await response.body?.cancel().catch(() => undefined);
    return { ...ok, body: "" };
  }
  const body = await response.text();
  if (response.ok) return { ...ok, body };
  const problem = body === "" ? {} : JSON.parse(body);
  return { code: problem.code ?? String(response.status), words: `${problem.title} ${problem.detail}`, body };
}

type Route = (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>;

/** A stream, with the person's cookie. */
export async function askStream(who: Who, handler: Route, id: string): Promise<Answer> {
  return as(who, async () => {
    const leave = new AbortController();
    const { code, words } = await answerOf(
      await handler(new Request(`${origin}/stream${id.startsWith("?") ? id : ""}`, { signal: leave.signal }), {
        params: Promise.resolve({ id }),
      }),
      leave,
    );
    return { code, words };
  });
}

/** A door that answers with the way to another place; "/open/unknown" says that there is nothing. */
export async function askWay(who: Who, handler: (request: Request) => Promise<Response>, path: string): Promise<Answer> {
  const answer = await as(who, () => handler(new Request(`${origin}${path}`)));
  const location = answer.headers.get("location") ?? "";
  if (location.startsWith("/sign-in")) return { code: "not_signed_in", words: "" };
  return location === "/open/unknown" ? { code: "not_found", words: "" } : ok;
}

/** A route that takes a body as it is, with the person's cookie. */
export async function askUpload(
  who: Who,
  handler: (request: Request) => Promise<Response>,
  path: string,
  body: Uint8Array,
): Promise<Answer> {
  return as(who, async () => {
    const leave = new AbortController();
    const request = new Request(`${origin}${path}`, { method: "POST", body: new Uint8Array(body), signal: leave.signal });
    const { code, words } = await answerOf(await handler(request), leave);
    return { code, words };
  });
}

/** A server action, as a form would call it. */
export async function askAction(
  who: Who,
  action: (
    previous: never,
    form: FormData,
  ) => Promise<{ status: string; problem?: { code: string; title: string; detail: string | null } }>,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return as(who, () =>
    nextAnswer(async () => {
      // oxlint-disable-next-line typescript/consistent-type-assertions -- no action looks at what was before
      const { problem } = await action({ status: "idle" } as never, form);
      return problem === undefined ? ok : { code: problem.code, words: `${problem.title} ${problem.detail}` };
    }),
  );
}

/** A page: its query and what it makes of it, not yet drawn. */
export async function askPage(
  who: Who,
  page: (properties: never) => unknown,
  params: Readonly<Record<string, string>>,
  searchParams: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return as(who, () =>
    nextAnswer(async () => {
      // oxlint-disable-next-line typescript/consistent-type-assertions -- each page knows its own parameters
      await page({ params: Promise.resolve(params), searchParams: Promise.resolve(searchParams) } as never);
      return ok;
    }),
  );
}

/** Next says "elsewhere" and "nothing here" by throwing. */
async function nextAnswer(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const digest = error instanceof Error && "digest" in error ? String(error.digest) : "";
    if (digest.startsWith("NEXT_HTTP_ERROR_FALLBACK;404")) return { code: "not_found", words: "" };
    if (/^NEXT_REDIRECT;[a-z]+;\/(?:sign-in|setup)/.test(digest)) return { code: "not_signed_in", words: "" };
    if (digest.startsWith("NEXT_REDIRECT")) return ok;
    throw error;
  }
}

let git: Promise<string> | undefined;
let closeGit: (() => void) | undefined;

async function gitOrigin(): Promise<string> {
  git ??= new Promise((resolve) => {
    const server = createServer((request, response) => void gitDoor(request, response));
    closeGit = () => server.close();
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${portOf(server.address())}`));
  });
  return git;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The first request of a clone or a push. */
export async function askGit(who: Who, service: "upload-pack" | "receive-pack", slug: string): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`x:${who.token ?? ""}`).toString("base64")}`;
  const address = `${await gitOrigin()}/git/${encodeURIComponent(slug)}.git/info/refs?service=git-${service}`;
  const response = await fetch(address, { headers: who.token === null ? {} : { authorization } });
  const words = await response.text();
  const codes: Readonly<Record<number, string>> = { 401: "not_signed_in", 403: "forbidden", 404: "not_found" };
  return response.ok ? ok : { code: codes[response.status] ?? String(response.status), words };
}

export async function endKnocking(): Promise<void> {
  closeGit?.();
  await services().hub.close();
}
