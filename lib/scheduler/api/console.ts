import { createHash } from "node:crypto";

import { consoleScript } from "../console/script.ts";
import { consoleStyle } from "../console/style.ts";
import { type Answer, type ApiRequest } from "./request.ts";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Scheduler</title>
<link rel="icon" href="data:,">
<style>${consoleStyle}</style>
</head>
<body>
<header>
<h1>Scheduler</h1>
<nav aria-label="Views"><a href="#/apps/" data-tab="apps">Applications <span></span></a><a href="#/deployments" data-tab="deployments">Deployments <span></span></a><a href="#/queue" data-tab="queue">Queue <span></span></a></nav>
<span id="state" class="dim" role="status">Reading…</span>
</header>
<div id="alert" role="alert"></div>
<main><noscript><p class="empty">This page needs its script. The same facts are at /v2/apps.</p></noscript></main>
<dialog></dialog>
<script>${consoleScript}</script>
</body>
</html>
`;

/** Nothing but the page's own two blocks runs, and it talks to nobody but this scheduler. */
const policy = [
  "default-src 'none'",
  `script-src '${hashOf(consoleScript)}'`,
  `style-src '${hashOf(consoleStyle)}'`,
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `/ui/`: what runs here, as Marathon's own page would show it. Without the slash it leads there. */
export function showConsole({ path }: ApiRequest): Answer {
  if (!path.endsWith("/")) return { status: 302, headers: { Location: "/ui/" } };
  return {
    status: 200,
    text: page,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer" },
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
