import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** Who is at the forge, as GitHub and GitLab describe people in the examples of their API documentation. */
export interface ForgePerson {
  readonly github: { readonly id: number; readonly login: string; readonly name: string | null };
  readonly emails: ReadonlyArray<{ email: string; primary: boolean; verified: boolean; visibility: string | null }>;
  readonly gitlab: {
    readonly id: number;
    readonly username: string;
    readonly name: string;
    readonly email: string;
    readonly confirmed_at: string | null;
  };
}

/** A server that answers as GitHub Enterprise and GitLab document it: authorise, token, user, e-mails. It checks the PKCE verifier. */
export interface ForgeServer {
  readonly url: string;
  person: ForgePerson;
  close(): Promise<void>;
}

export async function startForgeServer(person: ForgePerson): Promise<ForgeServer> {
  const challenges = new Map<string, string>();
  const tokens = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port");
  const forge: ForgeServer = {
    url: `http://127.0.0.1:${address.port}`,
    person,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? "", forge.url);
    if (url.pathname === "/login/oauth/authorize" || url.pathname === "/oauth/authorize") {
      const code = randomBytes(10).toString("hex");
      challenges.set(code, url.searchParams.get("code_challenge") ?? "");
      const back = new URL(url.searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("code", code);
      back.searchParams.set("state", url.searchParams.get("state") ?? "");
      return response.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === "/login/oauth/access_token" || url.pathname === "/oauth/token") return exchange(request, response);
    const token = /^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (!tokens.has(token)) return json(response, 401, { message: "Bad credentials" });
    if (url.pathname === "/api/v3/user") return json(response, 200, { ...forge.person.github, email: null, type: "User" });
    if (url.pathname === "/api/v3/user/emails") return json(response, 200, forge.person.emails);
    if (url.pathname === "/api/v4/user") return json(response, 200, { ...forge.person.gitlab, state: "active" });
    return json(response, 404, { message: "Not Found" });
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const code = form.get("code") ?? "";
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    // GitHub answers a refused code with 200 and an error.
    if (challenges.get(code) !== challenge)
      return json(response, 200, { error: "bad_verification_code", error_description: "<b>incorrect</b>" });
    challenges.delete(code);
    const token = `gho_${randomBytes(18).toString("hex")}`;
    tokens.add(token);
    return json(response, 200, { access_token: token, scope: "read:user,user:email", token_type: "bearer" });
  }
  return forge;
}
