import { BerthError } from "#lib/core/errors.ts";
import { basicAuthorization } from "#lib/platform/outbound-http/basic-auth.ts";
import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import { readChallenge, tokenOf } from "./wire.ts";

interface TokenOptions {
  readonly http: HttpClient;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly allowedOrigins: readonly string[];
}

export interface Tokens {
  /** The bearer token for a challenge, or null when the challenge is not a bearer one. Throws `registry_refused`. */
  answerTo(challenge: string): Promise<string | null>;
}

/**
 * The token dance of registries that do not take a password themselves. The realm comes from the registry's answer, so the credentials go
 * there only when its origin is the registry's own or one the operator named.
 */
export function createTokens(options: TokenOptions): Tokens {
  return {
    async answerTo(header) {
      const challenge = readChallenge(header);
      if (challenge === null) return null;
      const url = realmUrl(challenge.realm, options.allowedOrigins);
      if (challenge.service !== null) url.searchParams.set("service", challenge.service);
      if (challenge.scope !== null) url.searchParams.set("scope", challenge.scope);
      const headers = options.credentials ? { authorization: basicAuthorization(options.credentials) } : {};
      const answer = await options.http.request({ url, headers });
      const token = answer.status === 200 ? tokenOf(answer.body) : null;
      if (token === null) throw new BerthError("registry_refused", { detail: `The registry's token service answered ${answer.status}.` });
      return token;
    },
  };
}

function realmUrl(realm: string, allowedOrigins: readonly string[]): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null;
  if (url === null || !allowedOrigins.includes(url.origin)) {
    throw new BerthError("registry_refused", { detail: "The registry names a token service that is not among the allowed ones." });
  }
  return url;
}
