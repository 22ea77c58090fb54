import type { IncomingHttpHeaders } from "node:http";

import { HttpError } from "./http-error.ts";

/** The URL parsed once: http or https, no userinfo, one of `allowedOrigins` when there are any. Throws HttpError `forbidden`. */
export function checkedUrl(given: string | URL, allowedOrigins?: readonly string[]): URL {
  const url = parse(given);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new HttpError("forbidden", "Only http and https URLs are allowed.");
  if (url.username !== "" || url.password !== "") throw new HttpError("forbidden", "Credentials do not belong into a URL.");
  if (allowedOrigins && !allowedOrigins.includes(url.origin))
    throw new HttpError("forbidden", `${url.origin}: this address is not allowed`);
  return url;
}

function parse(given: string | URL): URL {
  try {
    return new URL(given);
  } catch (error) {
    throw new HttpError("forbidden", "That is not a URL.", { cause: error });
  }
}

/** The request's headers with the credential of exactly this origin, if there is one. A header of the request itself wins. */
export function headersFor(
  given: Readonly<Record<string, string>>,
  url: URL,
  auth: readonly { readonly origin: string; readonly authorization: string }[],
): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": "berth", "accept-encoding": "identity" };
  const credential = auth.find((entry) => entry.origin === url.origin);
  if (credential) headers["authorization"] = credential.authorization;
  for (const [name, value] of Object.entries(given)) {
    if (name.toLowerCase() === "host") throw new HttpError("forbidden", "The Host header follows the URL.");
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** Lower-case names, the first value of each. */
export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) plain[name.toLowerCase()] = first;
  }
  return plain;
}
