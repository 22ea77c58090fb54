import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A new API token, `berth_pat_<256 random bits>_<checksum>`: recognisable for secret scanners, shown once. */
export function newApiToken(): string {
  const body = base62(randomBytes(32));
  return `berth_pat_${body}_${checksum(body)}`;
}

/** The form in which a token, a session id or a code is kept: its SHA-256. Enough for values of full entropy. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}

/** A random id for a session or a nonce, 256 bits. */
export function newRandomId(): string {
  return randomBytes(32).toString("base64url");
}

/** A code to be typed by a person: 4 x 5 letters and digits that cannot be mistaken for each other, about 99 bits. */
export function newTypedCode(): string {
  const signs = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
  const letters = [...randomBytes(20)].map((byte) => signs[byte % signs.length]).join("");
  return (letters.match(/.{5}/g) ?? []).join("-");
}

/** Compares two strings without telling by time where they differ. */
export function equalInConstantTime(one: string, other: string): boolean {
  return timingSafeEqual(createHash("sha256").update(one).digest(), createHash("sha256").update(other).digest());
}

function base62(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  while (rest > 0n) {
    text = `${alphabet[Number(rest % 62n)]}${text}`;
    rest /= 62n;
  }
  return text.padStart(43, "0");
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
