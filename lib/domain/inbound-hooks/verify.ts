import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import type { InboundForge } from "./forges.ts";

/** Header values by lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface Verified {
  readonly ok: boolean;
  /** Why not, for the log of the project; never what was given. */
  readonly reason: string | null;
  /** What the forge calls this delivery; null where it gives no name. */
  readonly deliveryId: string | null;
  /** What the forge calls the event. */
  readonly event: string;
}

/** How far the clock of a signed time may be off. */
const windowMs = 5 * 60_000;
const shortest = 16;
const nameMaxLength = 120;

/**
 * Whether a webhook was signed with the project's secret, over the very bytes that came. Each forge has its own header and no other
 * counts. All comparisons are of digests of equal length, in constant time; a secret that is empty or short never fits.
 */
export function verifyWebhook(forge: InboundForge, headers: Headers, raw: Buffer, secret: string, now: Date): Verified {
  const named = { deliveryId: plainName(deliveryIdOf(forge, headers)), event: plainName(eventOf(forge, headers)) ?? "unknown" };
  if (secret.length < shortest) return { ...named, ok: false, reason: "There is no secret." };
  const reason = reasonAgainst(forge, headers, raw, secret, now);
  return { ...named, ok: reason === null, reason };
}

function reasonAgainst(forge: InboundForge, headers: Headers, raw: Buffer, secret: string, now: Date): string | null {
  switch (forge) {
    case "github":
      return hexAgainst(prefixed(headers["x-hub-signature-256"]), raw, secret);
    case "bitbucket":
      return hexAgainst(prefixed(headers["x-hub-signature"]), raw, secret);
    case "gitea":
      return hexAgainst(headers["x-gitea-signature"], raw, secret);
    case "gogs":
      return hexAgainst(headers["x-gogs-signature"], raw, secret);
    case "gitlab":
      if (headers["webhook-signature"] !== undefined) return standardAgainst(headers, raw, secret, now);
      return tokenAgainst(headers["x-gitlab-token"], secret);
    case "generic":
      if (headers["webhook-signature"] !== undefined) return standardAgainst(headers, raw, secret, now);
      return hexAgainst(prefixed(headers["x-hub-signature-256"]), raw, secret);
  }
}

function prefixed(header: string | undefined): string | undefined {
  return header?.startsWith("sha256=") === true ? header.slice("sha256=".length) : undefined;
}

function hexAgainst(given: string | undefined, raw: Buffer, secret: string): string | null {
  const expected = createHmac("sha256", secret).update(raw).digest();
  if (given === undefined) return "It is not signed as this forge signs.";
  if (!/^[0-9a-f]{64}$/i.test(given)) return "The signature is not one.";
  return timingSafeEqual(Buffer.from(given, "hex"), expected) ? null : "The signature does not fit the secret.";
}

/** A token is compared by digest, so that its length tells nothing. */
function tokenAgainst(given: string | undefined, secret: string): string | null {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (given === undefined || given === "") return "It carries no token.";
  return timingSafeEqual(digest(given), digest(secret)) ? null : "The token is not the secret.";
}

/** Standard Webhooks: `v1,<base64>` over `id.timestamp.body`, several separated by spaces; the time is signed too. */
function standardAgainst(headers: Headers, raw: Buffer, secret: string, now: Date): string | null {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret, "utf8");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(raw).digest();
  const fits = (headers["webhook-signature"] ?? "")
    .split(" ")
    .slice(0, 5)
    .some((part) => {
      const given = Buffer.from(part.startsWith("v1,") ? part.slice(3) : "", "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  if (!fits) return "The signature does not fit the secret.";
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now.getTime() - Number(timestamp) * 1000) > windowMs)
    return "It was signed more than five minutes ago, or ahead of time.";
  return null;
}

function deliveryIdOf(forge: InboundForge, headers: Headers): string | undefined {
  switch (forge) {
    case "github":
      return headers["x-github-delivery"];
    case "gitlab":
      // GitLab's event UUID is shared by webhooks that follow from one another; this one is not.
      return headers["idempotency-key"] ?? headers["webhook-id"];
    case "gitea":
      return headers["x-gitea-delivery"];
    case "gogs":
      return headers["x-gogs-delivery"];
    case "bitbucket":
      return headers["x-request-uuid"];
    case "generic":
      return headers["webhook-id"] ?? headers["x-github-delivery"];
  }
}

function eventOf(forge: InboundForge, headers: Headers): string | undefined {
  switch (forge) {
    case "github":
    case "generic":
      return headers["x-github-event"] ?? (forge === "generic" ? "push" : undefined);
    case "gitlab":
      return headers["x-gitlab-event"];
    case "gitea":
      return headers["x-gitea-event"];
    case "gogs":
      return headers["x-gogs-event"];
    case "bitbucket":
      return headers["x-event-key"];
  }
}

/** A name somebody sent: printable, bounded, or none. */
function plainName(value: string | undefined): string | null {
  if (value === undefined || value === "") return null;
  return value.replaceAll(/[^\x21-\x7e ]/g, "?").slice(0, nameMaxLength);
}
