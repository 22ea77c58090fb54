import { createServer } from "node:http";

export interface TokenFront {
  readonly url: string;
  readonly host: string;
  tokensGiven(): number;
  /** `Authorization` headers the token service was shown. */
  authorizations(): readonly string[];
  stop(): Promise<void>;
}

/** A real registry behind a token service, the way the large public ones are: 401 with a challenge, a token for anybody, then the content. */
export async function startTokenFront(registry: string): Promise<TokenFront> {
  const token = "a-token-for-everybody";
  const shown: string[] = [];
  let given = 0;
  let url = "";
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/token")) {
      given++;
      if (request.headers.authorization !== undefined) shown.push(request.headers.authorization);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token, expires_in: 300 }));
      return;
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      const scope = `repository:${request.url?.split("/")[2] ?? ""}:pull`;
      response.writeHead(401, { "www-authenticate": `Bearer realm="${url}/token",service="test",scope="${scope}"` }).end();
      return;
    }
    void forward(registry + (request.url ?? "/"), request.method ?? "GET", request.headers.accept).then(({ status, headers, body }) =>
      response.writeHead(status, headers).end(body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    host: `127.0.0.1:${address.port}`,
    tokensGiven: () => given,
    authorizations: () => shown,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(url: string, method: string, accept: string | undefined) {
  const answer = await fetch(url, { method, headers: accept === undefined ? {} : { accept } });
  const kept = ["content-type", "docker-content-digest", "content-length", "etag"];
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => kept.includes(name)));
  return { status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) };
}
