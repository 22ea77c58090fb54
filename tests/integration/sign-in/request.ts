import { request as httpRequest } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly milliseconds: number;
}

/** One request from an address of this machine, with exactly these headers: what a browser or `fetch` would not send. */
export function send(
  url: string,
  options: { method?: string; from?: string; target?: string; headers?: Readonly<Record<string, string>>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const { method = "GET", from, target = `${pathname}${search}`, headers = {}, body } = options;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port: port === "" ? 80 : Number(port),
        path: target,
        method,
        ...(from === undefined ? {} : { localAddress: from }),
        headers: { host, ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }), ...headers },
        timeout: 20_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
            milliseconds: performance.now() - started,
          }),
        );
        response.on("error", reject);
      },
    );
    request.on("timeout", () => request.destroy(new Error(`${hostname} does not answer`)));
    request.on("error", reject);
    request.end(body);
  });
}

/** Signs in with a password as next-auth's own clients do: the token from /api/auth/csrf, then the credentials. */
export async function sendPassword(
  origin: string,
  credentials: { email: string; password: string },
  options: { from?: string; cookie?: string } = {},
): Promise<Answer> {
  const from = options.from === undefined ? {} : { from: options.from };
  const csrf = await send(`${origin}/api/auth/csrf`, from);
  const token: unknown = JSON.parse(csrf.text);
  if (typeof token !== "object" || token === null || !("csrfToken" in token)) throw new Error("There is no CSRF token");
  const cookie = [cookiesIn(csrf), options.cookie ?? ""].filter((text) => text !== "").join("; ");
  return send(`${origin}/api/auth/callback/credentials`, {
    ...from,
    method: "POST",
    headers: { origin, cookie, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...credentials, csrfToken: String(token.csrfToken), json: "true" }).toString(),
  });
}

/** The cookies an answer sets, as a browser would send them back. */
export function cookiesIn({ headers }: Pick<Answer, "headers">): string {
  return linesIn({ headers })
    .map((line) => line.split(";", 1)[0] ?? "")
    .join("; ");
}

/** The Set-Cookie lines of an answer. */
export function linesIn({ headers }: Pick<Answer, "headers">): string[] {
  const lines = headers["set-cookie"];
  return Array.isArray(lines) ? lines : [];
}

export function sessionCookieIn(answer: Pick<Answer, "headers">): string {
  return linesIn(answer).find((line) => line.startsWith("__Host-berth-session=")) ?? "";
}
