import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";

import type { InboundForge } from "#lib/domain/inbound-hooks/forges.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request to a server on loopback, with exactly these bytes. */
export function send(
  to: { readonly port: number; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly method: string },
  body: Buffer | string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const headers = { "content-type": "application/json", "content-length": String(bytes.length), ...to.headers };
    const request = httpRequest({ ...to, host: "127.0.0.1", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject);
    request.end(bytes);
  });
}

const hex = (secret: string, body: Buffer | string) => createHmac("sha256", secret).update(body).digest("hex");

/** The signature of each forge, as it documents it. */
export function signed(forge: InboundForge, secret: string, body: Buffer | string): Record<string, string> {
  switch (forge) {
    case "github":
    case "generic":
      return { "x-hub-signature-256": `sha256=${hex(secret, body)}` };
    case "bitbucket":
      return { "x-hub-signature": `sha256=${hex(secret, body)}` };
    case "gitea":
      return { "x-gitea-signature": hex(secret, body) };
    case "gogs":
      return { "x-gogs-signature": hex(secret, body) };
    case "gitlab":
      return { "x-gitlab-token": secret };
  }
}

/** The headers of Standard Webhooks, with a signature of somebody else's before the right one. */
export function standard(secret: string, body: string, at: Date): Record<string, string> {
  const time = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`msg_1.${time}.${body}`).digest("base64");
  return { "webhook-id": "msg_1", "webhook-timestamp": time, "webhook-signature": `v1,bm9uZQ== v1,${signature}` };
}
