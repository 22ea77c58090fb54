import type { IncomingMessage, ServerResponse } from "node:http";

import { hashToken, newRandomId } from "#lib/platform/crypto/tokens.ts";

import type { AccessDatabase } from "./access-database.ts";
import type { Verdict } from "./access.ts";
import { clientAddress } from "./client-address.ts";
import type { GatewayContext } from "./context.ts";
import { cookieValues, setCookie } from "./cookies.ts";
import { type OwnAnswer, cookieRefused, linkEnded, noSuchEnvironment, notKnownNow, signInUsed, tooBusy } from "./own-answer.ts";
import { isNavigation, ownPath, redirect } from "./redirect.ts";
import type { Route } from "./route.ts";
import type { Viewer } from "./viewer.ts";

/** A request of somebody who wants to be let in, with all it takes to answer it. */
export interface Entrance {
  readonly context: GatewayContext;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly viewer: Viewer;
  /** The name looked up, and where it leads: nowhere, perhaps, which is not told. */
  readonly name: string;
  readonly route: Route | undefined;
  readonly say: (answer: OwnAnswer) => void;
}

/** Reserved on every environment's host: where the dashboard sends a browser back to with a one-time code. */
export const enterPath = "/.berth/enter";
const stateSeconds = 15 * 60;
const code = /^[A-Za-z0-9_-]{43}$/;
const shareParameter = "share=berth_share_";
const shareCode = /^berth_share_[A-Za-z0-9_-]{43}$/;
const nowhere = "00000000-0000-0000-0000-000000000000";

/** Sends a browser to the dashboard, which sends it back with a code when the one who is signed in there may see this host. */
export function askDashboard({ context, request, response, name }: Entrance): void {
  const [known] = cookieValues(request.headers.cookie ?? "", context.cookies.state);
  // Tabs that were opened together share one state, or the last would shut out the others.
  const state = known ?? newRandomId();
  const query = new URLSearchParams({ host: name, path: ownPath(request.url), state: hashToken(state) });
  const location = `${context.dashboardUrl}/open?${query.toString()}`;
  redirect(response, 302, location, setCookie(context.cookies, "state", state, stateSeconds));
}

/** Exchanges the code of a hand-off for the pass of this host, and leads to the path that was wanted. */
export async function enter(entrance: Entrance): Promise<void> {
  const { context, request, response, route, say } = entrance;
  if (request.method !== "GET") return say(noSuchEnvironment);
  const query = new URL(request.url ?? "/", "http://own.invalid").searchParams;
  const path = ownPath(query.get("path"));
  const [state] = cookieValues(request.headers.cookie ?? "", context.cookies.state);
  const given = query.get("code") ?? "";
  if (await mayAlready(entrance)) return redirect(response, 303, path);
  if (state === undefined) return say(cookieRefused(path));
  if (!code.test(given)) return say(signInUsed(path));
  const pass = newRandomId();
  const environment = route?.environmentId ?? nowhere;
  const seconds = await redeem(entrance, (database) => database.redeemHandOff(given, environment, state, pass));
  if (typeof seconds === "string") return say(seconds === "busy" ? tooBusy : notKnownNow);
  // The same page in a second tab may have been faster.
  if (seconds === null) return say(signInUsed(path));
  redirect(response, 303, path, setCookie(context.cookies, "pass", pass, seconds));
}

/** Whether the address holds the code of a share link. Such an address is never forwarded. */
export function carriesShareCode(url: string): boolean {
  return url.includes(shareParameter);
}

/** Exchanges the code of a share link for the pass of this host, and takes it out of the address. */
export async function enterByShareLink(entrance: Entrance): Promise<void> {
  const { context, request, response, route, say } = entrance;
  const mode = request.headers["sec-fetch-mode"];
  if (request.method !== "GET" || (mode !== undefined && mode !== "navigate")) return say(noSuchEnvironment);
  const { path, share } = withoutShareCode(request.url ?? "/");
  if (await mayAlready(entrance)) return redirect(response, 303, path);
  if (!shareCode.test(share)) return say(linkEnded(path));
  const pass = newRandomId();
  const environment = route?.environmentId ?? nowhere;
  const seconds = await redeem(entrance, (database) => database.redeemShareLink(share, environment, pass));
  if (typeof seconds === "string") return say(seconds === "busy" ? tooBusy : notKnownNow);
  if (seconds === null) return say(linkEnded(path));
  redirect(response, 303, path, setCookie(context.cookies, "pass", pass, seconds));
}

/** What to say to somebody who may not see: browsers are led to the sign-in when they can be `led`, whether or not the host exists. */
export function turnAway(entrance: Entrance, verdict: Exclude<Verdict, "yes">, led: boolean): void {
  if (verdict === "unknown") return entrance.say(notKnownNow);
  if (verdict === "busy") return entrance.say(tooBusy);
  if (led && isNavigation(entrance.request)) return askDashboard(entrance);
  entrance.say(noSuchEnvironment);
}

async function mayAlready({ viewer, route }: Entrance): Promise<boolean> {
  return route !== undefined && (await viewer.mayView(route)) === "yes";
}

async function redeem(
  { context, request }: Entrance,
  exchange: (database: AccessDatabase) => Promise<number | null>,
): Promise<number | null | "busy" | "away"> {
  try {
    return await context.access.redeem(clientAddress(request.socket), exchange);
  } catch (error) {
    context.log.warn({ err: error }, "a code could not be exchanged");
    return "away";
  }
}

function withoutShareCode(url: string): { path: string; share: string } {
  const at = url.indexOf("?");
  const parts = at < 0 ? [] : url.slice(at + 1).split("&");
  const share = parts.find((part) => part.startsWith(shareParameter)) ?? "";
  const rest = parts.filter((part) => !part.startsWith(shareParameter)).join("&");
  const path = at < 0 ? url : url.slice(0, at);
  return { path: ownPath(rest === "" ? path : `${path}?${rest}`), share: share.slice("share=".length) };
}
