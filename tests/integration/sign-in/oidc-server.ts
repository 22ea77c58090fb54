import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import Provider from "oidc-provider";

/** What the provider says of somebody. */
export interface TestAccount {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** A real OpenID provider on loopback, with accounts that a test may change. */
export interface OidcServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accounts: Map<string, TestAccount>;
  /** How the token endpoint answers instead of the provider; undefined for the provider itself. */
  tokenAnswer: (() => object) | undefined;
  close(): Promise<void>;
}

/** Starts the provider with one client that may return to `redirectUri`. It insists on PKCE. */
export async function startOidcServer(redirectUri: string): Promise<OidcServer> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${portOf(server.address())}`;
  const accounts = new Map<string, TestAccount>();
  const client = { client_id: "berth", client_secret: randomBytes(24).toString("hex"), redirect_uris: [redirectUri] };
  const provider = createProvider(issuer, client, accounts);
  const oidc: OidcServer = {
    issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    accounts,
    tokenAnswer: undefined,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  const real = provider.callback();
  handle = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/token" && oidc.tokenAnswer !== undefined)
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(oidc.tokenAnswer()));
    else real(request, response);
  };
  return oidc;
}

function createProvider(issuer: string, client: object, accounts: ReadonlyMap<string, TestAccount>): Provider {
  return new Provider(issuer, {
    clients: [client],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    scopes: ["openid", "email", "profile", "groups"],
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    async findAccount(_context, subject) {
      return { accountId: subject, claims: async () => ({ sub: subject, ...accounts.get(subject) }) };
    },
    // Everybody has agreed already.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server listens on no port");
  return address.port;
}
