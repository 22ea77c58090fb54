import { z } from "zod";

const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string().catch(""), message: z.string().catch("") })).min(1) });

/** The registry's reason for a refusal, one line, without control characters. */
export function refusalDetail(answer: { readonly status: number; readonly body: Buffer }): string {
  const told = errorsSchema.safeParse(parseJson(answer.body)).data?.errors[0];
  const text = told ? `${told.code}: ${told.message}` : "no reason given";
  return `The registry answered ${answer.status} (${text.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, " ").slice(0, 300)}).`;
}

const tokenSchema = z.object({ token: z.string().max(16_384).optional(), access_token: z.string().max(16_384).optional() });

/** The token in a token service's answer, or null. */
export function tokenOf(body: Buffer): string | null {
  const parsed = tokenSchema.safeParse(parseJson(body)).data;
  const token = parsed?.token ?? parsed?.access_token;
  return token !== undefined && /^[\x21-\x7E]+$/.test(token) ? token : null;
}

export interface Challenge {
  readonly realm: string;
  readonly service: string | null;
  readonly scope: string | null;
}

/** What a `WWW-Authenticate: Bearer realm="…",service="…",scope="…"` header asks for, or null when it asks for something else. */
export function readChallenge(header: string): Challenge | null {
  if (header.length > 4096 || !/^bearer /i.test(header)) return null;
  const parameters = new Map<string, string>();
  for (const match of header.slice(7).matchAll(/([a-z_]+)="([^"]*)"/gi)) parameters.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
  const realm = parameters.get("realm");
  return realm === undefined ? null : { realm, service: parameters.get("service") ?? null, scope: parameters.get("scope") ?? null };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
