import type { ForgeName } from "#lib/core/forge-names.ts";

/** What a repository's URL says of its forge. */
export interface Detected {
  /** Null where the host is nobody's we know: people say it then. */
  readonly forge: ForgeName | null;
  readonly apiUrl: string | null;
  /** owner/name; null where the path is no such thing. */
  readonly repository: string | null;
}

/** The forge, its API and the repository's name there, as far as the URL (of any kind git takes) tells. */
export function detectForge(repositoryUrl: string): Detected {
  const nothing = { forge: null, apiUrl: null, repository: null };
  if (!URL.canParse(repositoryUrl)) return nothing;
  const url = new URL(repositoryUrl);
  if (!["https:", "http:", "ssh:"].includes(url.protocol)) return nothing;
  const repository = nameIn(url.pathname);
  const host = url.hostname.toLowerCase();
  const forge = forgeOf(host);
  // The port of an ssh address is not that of the web.
  const origin = url.protocol === "https:" || url.protocol === "http:" ? url.origin : `https://${host}`;
  return { forge, apiUrl: forge === null ? null : apiOf(forge, host, origin), repository };
}

/** Where the API of a forge usually is. */
export function apiOf(forge: ForgeName, host: string, origin: string): string {
  if (forge === "github") return host === "github.com" || host === "ssh.github.com" ? "https://api.github.com" : `${origin}/api/v3`;
  return forge === "gitlab" ? `${origin}/api/v4` : `${origin}/api/v1`;
}

function forgeOf(host: string): ForgeName | null {
  if (host === "github.com" || host === "ssh.github.com" || host.startsWith("github.")) return "github";
  if (host === "gitlab.com" || host.startsWith("gitlab.")) return "gitlab";
  if (host === "gitea.com" || host === "codeberg.org" || host.startsWith("gitea.") || host.startsWith("forgejo.")) return "gitea";
  return host.startsWith("gogs.") || host === "try.gogs.io" ? "gogs" : null;
}

function nameIn(path: string): string | null {
  const name = path
    .replace(/^\/+(?:~\/+)?/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  return /^[\w.-]+(?:\/[\w.-]+)+$/.test(name) ? name : null;
}
