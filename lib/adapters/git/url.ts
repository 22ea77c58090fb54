import { domainToASCII } from "node:url";

import { BerthError } from "#lib/core/errors.ts";

export interface RepositoryUrl {
  readonly kind: "https" | "http" | "ssh" | "file";
  /** Normalised: lower-case host in punycode, no default port, no trailing slash, never a password. */
  readonly url: string;
  /** Host name without port; null for a file. */
  readonly host: string | null;
}

export interface UrlPolicy {
  readonly allowFile: boolean;
}

const maxLength = 2048;

/** Services that never speak Git; a URL that names one is a mistake or a probe. */
const foreignPorts = new Set([0, 25, 53, 110, 111, 143, 389, 465, 587, 636, 993, 995, 2049, 3306, 5432, 6379, 9042, 11_211, 27_017]);

/**
 * What a person typed, as a URL git may be given, or a BerthError `git_url_invalid` whose detail says what to change.
 * `git@host:path` becomes `ssh://git@host/path`; a path below the user's home on a plain SSH server is written `ssh://host/~/path`.
 */
export function parseRepositoryUrl(text: string, policy: UrlPolicy): RepositoryUrl {
  const typed = text.replace(/^ +| +$/g, "");
  refuseHostileText(typed);
  const address = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(typed);
  if (address === null) return parseWithoutScheme(typed, policy);
  const scheme = (address[1] ?? "").toLowerCase();
  const rest = address[2] ?? "";
  if (scheme === "https" || scheme === "http") return parseHttp(scheme, rest);
  if (scheme === "ssh" || scheme === "git+ssh" || scheme === "ssh+git") return parseSsh(rest);
  if (scheme === "file") return parseFile(rest, policy);
  if (scheme === "git") throw invalid("git:// is neither encrypted nor authenticated; use https:// or ssh://.");
  throw invalid(`${scheme}:// is not supported; use https:// or ssh://.`);
}

function refuseHostileText(typed: string): void {
  if (typed === "") throw invalid("The URL is empty.");
  if (typed.length > maxLength) throw invalid(`The URL is longer than ${maxLength} characters.`);
  if (typed.startsWith("-")) throw invalid("A URL cannot begin with a dash.");
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Z}]/u.test(typed)) throw invalid("The URL contains spaces or invisible characters.");
  if (/%(?:[01][0-9a-f]|7f)/i.test(typed)) throw invalid("The URL contains encoded control characters.");
  if (/["\\<>`{}|^]/.test(typed)) throw invalid("The URL contains a character that does not belong in a URL.");
  if (/^[A-Za-z0-9+.-]*::/.test(typed)) throw invalid("Remote helpers (name::address) are not supported; use https:// or ssh://.");
}

function parseWithoutScheme(typed: string, policy: UrlPolicy): RepositoryUrl {
  if (typed.startsWith("/")) return parseFile(typed, policy);
  const scp = /^(?:([^@:/]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@:/[\]]+):(.+)$/.exec(typed);
  const isPlain = scp?.[1] === undefined && !/[.[]/.test(scp?.[2] ?? "") && !/^.+\//.test(scp?.[3] ?? "");
  if (scp === null || isPlain || scp[2]?.length === 1) throw invalid("Use https://host/path, ssh://host/path or git@host:path.");
  const user = scp[1] === undefined ? "" : `${scp[1]}@`;
  return parseSsh(`${user}${scp[2] ?? ""}/${(scp[3] ?? "").replace(/^\/+/, "")}`);
}

function parseHttp(kind: "https" | "http", rest: string): RepositoryUrl {
  const { authority, path } = splitAuthority(rest);
  if (authority.includes("@")) throw invalid("Put the user name and password or token in the credential field, not in the URL.");
  const parsed = parseOrNull(`${kind}://${authority}${path}`);
  if (parsed === null || parsed.hostname === "") throw invalid("The host name is not valid.");
  const host = checkHost(parsed.hostname);
  const port = checkPort(parsed.port, 22);
  return { kind, host, url: `${kind}://${host}${port}${parsed.pathname.replace(/\/+$/, "")}` };
}

function parseSsh(rest: string): RepositoryUrl {
  const { authority, path } = splitAuthority(rest);
  const match = /^(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^@:[\]]+)(?::([0-9]{0,5}))?$/.exec(authority);
  if (match === null) throw invalid("The host name is not valid.");
  const user = match[1];
  if (user?.includes(":")) throw invalid("Put the password in the credential field, not in the URL; SSH uses a deploy key.");
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(user)) throw invalid("The user name before @ is not valid.");
  const typedHost = match[2] ?? "";
  const host = checkHost(typedHost.startsWith("[") ? typedHost.toLowerCase() : domainToASCII(typedHost));
  const port = checkPort(match[3] === "22" ? "" : (match[3] ?? ""), undefined);
  return { kind: "ssh", host, url: `ssh://${user === undefined ? "" : `${user}@`}${host}${port}${encodePath(path).replace(/\/+$/, "")}` };
}

function parseFile(rest: string, policy: UrlPolicy): RepositoryUrl {
  if (!policy.allowFile) throw invalid("Repositories on Berth's own disk are not allowed here; use https:// or ssh://.");
  const path = rest.startsWith("localhost/") ? rest.slice("localhost".length) : rest;
  if (!path.startsWith("/") || path.startsWith("//")) throw invalid("A file URL needs an absolute path: file:///srv/repository.git.");
  checkPath(path);
  return { kind: "file", host: null, url: `file://${encodePath(path).replace(/\/+$/, "")}` };
}

function splitAuthority(rest: string): { authority: string; path: string } {
  if (/[?#]/.test(rest)) throw invalid("A repository URL has no ? or # part.");
  const slash = rest.indexOf("/");
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? "" : rest.slice(slash);
  if (authority === "") throw invalid("The host name is missing.");
  checkPath(path);
  return { authority, path };
}

function checkPath(path: string): void {
  if (path.replace(/\/+/g, "") === "") throw invalid("The path of the repository is missing.");
  if (path.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) throw invalid("The path cannot contain . or .. parts.");
  if (/%(?![0-9a-f]{2})/i.test(path)) throw invalid("The path contains a % that encodes nothing.");
  if (path.startsWith("/-")) throw invalid("The path cannot begin with a dash.");
}

function checkHost(host: string): string {
  const plain = host.toLowerCase().replace(/\.$/, "");
  const valid =
    /^\[[0-9a-f:.]+\]$/.test(plain) || (/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(plain) && plain.length <= 253 && !plain.includes(".."));
  if (!valid) throw invalid("The host name is not valid.");
  return plain;
}

/** The port as `:number`, or "" for none. */
function checkPort(port: string, alsoForeign: number | undefined): string {
  if (port === "") return "";
  const number = Number(port);
  if (number > 65_535 || foreignPorts.has(number) || number === alsoForeign) throw invalid(`Port ${port} does not belong to a Git server.`);
  return `:${number}`;
}

function encodePath(path: string): string {
  return path.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
}

function parseOrNull(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function invalid(detail: string): BerthError {
  return new BerthError("git_url_invalid", { detail });
}
