import { createHmac } from "node:crypto";

/**
 * The header `X-Berth-Signature` of a webhook Berth sends: `t=<seconds since 1970>,v1=<hex>`, where v1 is HMAC-SHA256 with the hook's secret
 * over `<t>.<body as sent>`. Receivers compute the same, compare in constant time and refuse a t that is more than five minutes off.
 */
export function signatureOf(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
