import "server-only";
import { createHash, randomBytes } from "node:crypto";

import NextAuth from "next-auth";
import { cookies } from "next/headers";
import { NextRequest } from "next/server";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { signOut } from "#lib/domain/access/commands/sessions.ts";
import type { Visitor } from "#lib/domain/access/sign-in.ts";
import { refuseIdentity, takeProviderAttempt } from "#lib/domain/identities/sign-in.ts";

import { problemResponse } from "./api/answer.ts";
import { currentActor, heldSession, rememberBrowser, requestVisitor } from "./current-actor.ts";
import { addCookie, cookiesOf, leadTo, leadToSignIn, onwardPage } from "./next-auth-answers.ts";
import { authCookies, authOptions, type Outcome, pathWithin, signInSettings } from "./next-auth.ts";
import { services } from "./services.ts";
import { cookieAttributes } from "./session-cookie.ts";
import { readSmallForm } from "./small-form.ts";

/** Each of these may make a provider be asked: more at once than this is nobody signing in. */
const atOnce = 32;
let underWay = 0;
/** What a provider's answer may say; all else in the address is dropped. */
const answerParameters = ["code", "state", "error", "iss"];

/** The parts of next-auth that are open, and nothing else of it. */
const gates: Readonly<Record<string, (visit: Visit) => Promise<Response>>> = {
  "GET csrf": (visit) => ask(visit),
  "GET providers": (visit) => ask(visit),
  "GET session": session,
  "GET signin": (visit) => Promise.resolve(leadToSignIn(visit.wanted)),
  "GET error": (visit) => Promise.resolve(leadToSignIn(visit.wanted, "sign_in_failed")),
  "GET callback": answerOfProvider,
  "POST signin": startAtProvider,
  "POST callback": password,
  "POST signout": leave,
};

interface Visit {
  readonly request: Request;
  readonly action: string;
  readonly provider: string | undefined;
  readonly form: Readonly<Record<string, string>>;
  /** Where to go afterwards. */
  readonly wanted: string;
}

/** Everything under /api/auth: next-auth behind Berth's own rules. */
export async function authDoor(request: Request, [action = "", provider, ...rest]: readonly string[]): Promise<Response> {
  try {
    const gate = rest.length === 0 ? gates[`${request.method} ${action}`] : undefined;
    if (gate === undefined) throw new BerthError("not_found");
    // The front has asked this too; a write without a known origin is nobody's.
    if (request.method !== "GET" && request.headers.get("origin") !== services().settings.dashboardOrigin)
      throw new BerthError("forbidden");
    const form = request.method === "GET" ? {} : await readSmallForm(request);
    const jar = await cookies();
    const wanted = pathWithin(services().settings.dashboardOrigin, form["callbackUrl"] ?? jar.get(authCookies.callbackUrl)?.value);
    const response = await gate({ request, action, provider, form, wanted });
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    return problemResponse(error);
  }
}

/** Says who is signed in, as pages would see it; nothing for a session that has ended in whatever way. */
async function session(): Promise<Response> {
  const actor = await currentActor();
  return Response.json(actor === null ? {} : { user: { name: actor.name, email: actor.email } });
}

/** Sends the browser to a provider, with state, PKCE verifier and nonce in its cookies. */
async function startAtProvider(visit: Visit): Promise<Response> {
  if (!signInSettings().providers.some(({ id }) => id === visit.provider)) throw new BerthError("not_found");
  const visitor = await requestVisitor();
  if (await comesTooOften(visitor)) return leadToSignIn(visit.wanted, "rate_limited");
  // The origin has been checked, which is what next-auth's token is for: a plain form without scripts may start a sign-in.
  const csrfToken = randomBytes(32).toString("hex");
  const proof = createHash("sha256").update(`${csrfToken}${services().authSecret}`).digest("hex");
  (await cookies()).set({ ...cookieAttributes, name: authCookies.csrfToken, value: `${csrfToken}|${proof}` });
  const response = await limited(() => ask({ ...visit, form: { csrfToken, callbackUrl: visit.wanted } }, visitor));
  const location = response.headers.get("location");
  if (location === null || location.startsWith(`${services().settings.dashboardOrigin}/`))
    return leadToSignIn(visit.wanted, "identity_provider_unavailable");
  return onwardPage(location, response.headers);
}

/** The browser comes back from a provider. */
async function answerOfProvider(visit: Visit): Promise<Response> {
  const { provider } = visit;
  const settings = signInSettings().providers.find(({ id }) => id === provider);
  if (settings === undefined) throw new BerthError("not_found");
  const visitor = await requestVisitor();
  if (await comesTooOften(visitor)) return leadToSignIn(visit.wanted, "rate_limited");
  const outcome: Outcome = {};
  const response = await limited(() => ask(visit, visitor, outcome));
  const { signedIn } = outcome;
  if (signedIn !== undefined) {
    addCookie(response, await rememberBrowser(signedIn.personId));
    return leadTo(visit.wanted, response.headers);
  }
  if (outcome.refusal !== undefined) return leadToSignIn(visit.wanted, outcome.refusal.code);
  // It never came to the domain: state, verifier, nonce, code or token were not what they have to be.
  await refuseIdentity(services().database, visitor, { provider: `${settings.id}:${settings.url}`, reason: "sign_in_failed" });
  return leadToSignIn(visit.wanted, "sign_in_failed");
}

/** Asked before a provider is: strangers must not make Berth ask it as often as they like. */
async function comesTooOften(visitor: Visitor): Promise<boolean> {
  try {
    await takeProviderAttempt(services().database, visitor);
    return false;
  } catch (error) {
    if (isBerthError(error, "rate_limited")) return true;
    throw error;
  }
}

/** E-mail and password as next-auth's own clients send them. */
async function password(visit: Visit): Promise<Response> {
  if (visit.provider !== "credentials") throw new BerthError("not_found");
  const outcome: Outcome = {};
  const response = await ask(visit, await requestVisitor(), outcome);
  if (outcome.refusal !== undefined) throw outcome.refusal;
  if (outcome.signedIn === undefined) throw new BerthError("forbidden", { detail: "The CSRF token is missing or not this browser's." });
  addCookie(response, await rememberBrowser(outcome.signedIn.personId));
  return visit.form["json"] === "true"
    ? Response.json({ url: visit.wanted }, { headers: cookiesOf(response.headers) })
    : leadTo(visit.wanted, response.headers);
}

/** Ends the session in the database, then lets next-auth clear the cookie. */
async function leave(visit: Visit): Promise<Response> {
  const actor = await currentActor();
  const token = (await cookies()).get(authCookies.csrfToken)?.value.split("|")[0];
  if (token === undefined || visit.form["csrfToken"] !== token)
    throw new BerthError("forbidden", { detail: "The CSRF token is missing or not this browser's." });
  if (actor !== null && (await heldSession()) !== null) await signOut.run(services(), actor, {});
  const response = await ask(visit);
  return leadTo("/sign-in", response.headers);
}

/** Asks next-auth, with an address and a form that hold nothing but what is named here. */
async function ask(visit: Visit, visitor?: Visitor, outcome: Outcome = {}): Promise<Response> {
  const { request, action, provider, form } = visit;
  const given = new URL(request.url).searchParams;
  const url = new URL(`/api/auth/${action}${provider === undefined ? "" : `/${provider}`}`, services().settings.dashboardOrigin);
  for (const name of answerParameters) {
    const values = action === "callback" ? given.getAll(name) : [];
    if (values.length > 1 || (values[0]?.length ?? 0) > 4096) throw new BerthError("invalid_input");
    if (values[0] !== undefined) url.searchParams.set(name, name === "error" ? "refused" : values[0]);
  }
  const init = request.method === "GET" ? {} : { body: JSON.stringify(form), headers: { "content-type": "application/json" } };
  const inner = new NextRequest(url, { method: request.method, ...init });
  const nextauth = provider === undefined ? [action] : [action, provider];
  const response: unknown = await NextAuth(inner, { params: { nextauth } }, authOptions(visitor ?? (await requestVisitor()), outcome));
  if (!(response instanceof Response)) throw new TypeError("next-auth did not answer with a response");
  return response;
}

async function limited(work: () => Promise<Response>): Promise<Response> {
  if (underWay >= atOnce) throw new BerthError("unavailable", { retryAfterSeconds: 5 });
  underWay += 1;
  try {
    return await work();
  } finally {
    underWay -= 1;
  }
}
