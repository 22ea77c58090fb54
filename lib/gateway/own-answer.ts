import type { IncomingMessage, ServerResponse } from "node:http";

import { type PageView, pageContentPolicy, renderPage } from "./page.ts";
import type { Route, RouteState } from "./route.ts";

/** An answer the gateway gives by itself: a page for people, problem+json for programs. */
export interface OwnAnswer {
  readonly status: number;
  readonly code: string;
  readonly view: PageView;
  readonly retryAfterSeconds?: number;
}

/** Said of every host that leads nowhere or that the viewer may not see: always the same bytes. */
export const noSuchEnvironment: OwnAnswer = {
  status: 404,
  code: "not_found",
  view: {
    title: "There is no such environment",
    icon: "unknown",
    tone: "calm",
    word: "Not found",
    help: "Check the address. It may have been removed, or you may not be allowed to see it: sign in to Berth, or send an API token in the header X-Berth-Token.",
  },
};

/** Said when the database is away and it is not remembered whether the viewer may. */
export const notKnownNow: OwnAnswer = {
  status: 503,
  code: "unavailable",
  retryAfterSeconds: 2,
  view: {
    title: "Berth cannot look up who may see this just now",
    icon: "unreachable",
    tone: "bad",
    word: "Unavailable",
    help: "Try again in a moment.",
  },
};

/** Said instead of starting the sign-in over and over in a browser that keeps no cookies. `path` is where another try begins. */
export function cookieRefused(path: string): OwnAnswer {
  return letInFailed(path, 400, {
    title: "Your browser did not keep the cookie",
    word: "Not signed in here",
    help: "This address signs you in with a cookie of its own. Allow cookies for it, then open it again.",
  });
}

/** Said of a sign-in code that was used, is a minute old, or was made for another browser or environment. */
export function signInUsed(path: string): OwnAnswer {
  return letInFailed(path, 400, {
    title: "That sign-in was used up",
    word: "Not signed in here",
    help: "It works once, for a minute, in the browser that asked for it. Open the address again to get a new one.",
  });
}

/** Said of a share link that is revoked or expired, is for another environment, or never existed. */
export function linkEnded(path: string): OwnAnswer {
  return letInFailed(path, 404, {
    title: "This link does not work any more",
    word: "Link ended",
    help: "It has expired or was taken back. Ask whoever gave it to you for a new one, or sign in to Berth.",
  });
}

function letInFailed(path: string, status: number, words: Pick<PageView, "title" | "word" | "help">): OwnAnswer {
  const view = { ...words, icon: "unknown", tone: "calm", action: { href: path, label: "Open the address" } } as const;
  return { status, code: status === 404 ? "not_found" : "not_signed_in", view };
}

export const badRequest: OwnAnswer = {
  status: 400,
  code: "invalid_input",
  view: {
    title: "That request cannot be understood",
    icon: "unknown",
    tone: "calm",
    word: "Bad request",
    help: "Send a plain HTTP/1.1 request with a path and exactly one Host header.",
  },
};

export const methodNotAllowed: OwnAnswer = {
  status: 405,
  code: "invalid_input",
  view: {
    title: "That method is not for here",
    icon: "unknown",
    tone: "calm",
    word: "Method not allowed",
    help: "CONNECT and TRACE are not served.",
  },
};

/** Said until the route table has been read for the first time. */
export const notReady: OwnAnswer = {
  status: 503,
  code: "unavailable",
  retryAfterSeconds: 2,
  view: { title: "The gateway is starting", icon: "busy", tone: "busy", word: "Starting", help: "Try again in a moment." },
};

export const tooBusy: OwnAnswer = {
  status: 503,
  code: "unavailable",
  retryAfterSeconds: 2,
  view: { title: "Too many requests at once", icon: "unreachable", tone: "bad", word: "Busy", help: "Try again in a moment." },
};

type WaitingState = Exclude<RouteState, "live">;

const waitingTexts: Record<WaitingState, Pick<PageView, "title" | "icon" | "tone" | "word" | "help">> = {
  building: {
    title: "The image is being built",
    icon: "busy",
    tone: "busy",
    word: "Building",
    help: "This page opens the environment by itself as soon as it answers.",
  },
  starting: {
    title: "The environment is starting",
    icon: "busy",
    tone: "busy",
    word: "Starting",
    help: "This page opens the environment by itself as soon as it answers.",
  },
  failed: {
    title: "The last deployment failed",
    icon: "failed",
    tone: "bad",
    word: "Failed",
    help: "Open the deployment to read its log. Push a fix or redeploy; this page follows by itself.",
  },
  stopped: {
    title: "This environment is stopped",
    icon: "stopped",
    tone: "calm",
    word: "Stopped",
    help: "Start it in Berth; this page follows by itself.",
  },
};

/** The answer for an environment that is not live. `dashboardUrl` is where its link may lead, and nowhere else. */
export function waiting(route: Route, state: WaitingState, dashboardUrl: string): OwnAnswer {
  return {
    status: 503,
    code: `environment_${state}`,
    retryAfterSeconds: 2,
    view: {
      ...waitingTexts[state],
      names: { project: route.projectName, environment: route.environmentName },
      note: route.note,
      action: { href: dashboardLink(route.link, dashboardUrl), label: state === "stopped" ? "Open in Berth" : "Open the deployment" },
      follows: { state, seconds: (Date.now() - route.since) / 1_000, counts: state === "building" || state === "starting" },
    },
  };
}

/** The answer when no task could give one. */
export function unreachable(
  route: Route,
  dashboardUrl: string,
  reason: "unreachable" | "lost" | "timeout" | "malformed",
  requestId: string,
): OwnAnswer {
  const late = reason === "timeout";
  return {
    status: late ? 504 : 502,
    code: late ? "app_timed_out" : "app_unreachable",
    view: {
      title: late ? "The app took too long to answer" : "The app did not answer",
      icon: "unreachable",
      tone: "bad",
      word: late ? "Timed out" : "Unreachable",
      help: "Reload in a moment. If it stays like this, the environment's log says more.",
      names: { project: route.projectName, environment: route.environmentName },
      action: { href: dashboardLink(route.link, dashboardUrl), label: "Open in Berth" },
      reference: requestId,
    },
  };
}

/** Sends `answer` in the form the client understands and ends the response. */
export function sendOwnAnswer(request: IncomingMessage, response: ServerResponse, answer: OwnAnswer): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const html = (request.headers.accept ?? "").toLowerCase().includes("text/html");
  const body = Buffer.from(html ? renderPage(answer.view) : problem(answer));
  response.sendDate = true;
  response.writeHead(answer.status, {
    "Content-Type": html ? "text/html; charset=utf-8" : "application/problem+json",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    Vary: "Accept",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": pageContentPolicy,
    ...(answer.retryAfterSeconds === undefined ? {} : { "Retry-After": String(answer.retryAfterSeconds) }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function problem(answer: OwnAnswer): string {
  const { view } = answer;
  return JSON.stringify({
    type: "about:blank",
    title: view.title,
    status: answer.status,
    code: answer.code,
    detail: view.note ?? view.help,
    ...(view.reference === undefined ? {} : { reference: view.reference }),
  });
}

/** `link` when it leads to the dashboard, else the dashboard itself. */
function dashboardLink(link: string | null, dashboardUrl: string): string {
  const home = new URL(dashboardUrl);
  if (link === null || !URL.canParse(link, home)) return home.href;
  const url = new URL(link, home);
  return url.origin === home.origin && (url.protocol === "http:" || url.protocol === "https:") ? url.href : home.href;
}
