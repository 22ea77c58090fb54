import { createHmac, randomUUID } from "node:crypto";

const secret = "whsec of the tests";

/** A webhook about a pull request as GitHub signs it. */
export function signedPullRequest(projectId: string, pull: { readonly number: number; readonly title: string; readonly state: string }) {
  const raw = Buffer.from(JSON.stringify({ action: "edited", number: pull.number, pull_request: pull }));
  const headers = {
    "content-type": "application/json",
    "x-github-event": "pull_request",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(raw).digest("hex")}`,
  };
  return { arrival: { projectId, forge: "github", secret } as const, headers, raw };
}
