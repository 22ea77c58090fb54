import { createHash } from "node:crypto";

import { icons, pageScript, pageStyle, wordMark } from "./page-parts.ts";

/** What a page of the gateway says. All texts are plain text; the page escapes them. */
export interface PageView {
  readonly title: string;
  readonly icon: keyof typeof icons;
  readonly tone: "busy" | "bad" | "calm";
  /** The state in one or two words, beside its icon. */
  readonly word: string;
  /** What to do, or what happens next. */
  readonly help: string;
  /** Project and environment, for people who may know them. */
  readonly names?: { readonly project: string; readonly environment: string };
  readonly note?: string | null;
  readonly action?: { readonly href: string; readonly label: string };
  /** The page follows the route's state: which one it shows, and for how many seconds it has lasted. */
  readonly follows?: { readonly state: string; readonly seconds: number; readonly counts: boolean };
  readonly reference?: string;
}

const maxText = 2_000;

/** Nothing but this page's own style and script may run; both are constant, so their digests name them. */
export const pageContentPolicy = [
  "default-src 'none'",
  `style-src '${digest(pageStyle)}'`,
  `script-src '${digest(pageScript)}'`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A whole HTML document; the same view gives the same bytes. */
export function renderPage(view: PageView): string {
  const { follows, names, action } = view;
  const refresh = follows === undefined ? "" : '<noscript><meta http-equiv="refresh" content="3"></noscript>';
  const data =
    follows === undefined ? "" : ` data-state="${escape(follows.state)}" data-seconds="${Math.max(0, Math.floor(follows.seconds))}"`;
  const live = follows === undefined ? "" : ' role="status" aria-live="polite"';
  const note = (view.note ?? "") === "" && follows === undefined ? "" : `<p class="note" id="note"${live}>${escape(view.note ?? "")}</p>`;
  const elapsed = follows?.counts === true ? '<p class="elapsed" id="elapsed"></p>' : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escape(names === undefined ? view.title : `${view.title} · ${names.environment}`)}</title>
<link rel="icon" href="data:,">
${refresh}<style>${pageStyle}</style>
</head>
<body>
<main class="card ${view.tone}"${data}>
<header class="mark">${wordMark}<span>Berth</span></header>
${names === undefined ? "" : `<p class="names"><span>${escape(names.project)}</span><b>${escape(names.environment)}</b></p>`}
<p class="state">${icons[view.icon]}<span>${escape(view.word)}</span></p>
<h1>${escape(view.title)}</h1>
${note}${elapsed}
<p class="help">${escape(view.help)}</p>
${action === undefined ? "" : `<p><a class="action" href="${escape(action.href)}" rel="noreferrer">${escape(action.label)}</a></p>`}
${view.reference === undefined ? "" : `<p class="reference">Reference <code>${escape(view.reference)}</code></p>`}
</main>
${follows === undefined ? "" : `<script>${pageScript}</script>`}
</body>
</html>
`;
}

/** Text for HTML content and quoted attributes; cut when far too long. */
function escape(text: string): string {
  const short = text.length > maxText ? `${text.slice(0, maxText)}…` : text;
  return short.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
