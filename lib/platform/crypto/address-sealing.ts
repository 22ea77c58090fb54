import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

/**
 * A value that only an address opens. The address holds 256 bits, an HMAC of what it is for; from them come, one way, the hash by which the
 * value is found and the key it is sealed with (AES-256-GCM). Who keeps the value without the address can read nothing in it, and who has no
 * signing key can make no address.
 */
const nonceLength = 12;
const tagLength = 16;

/** A key for signing addresses, from a secret of the process that makes them. */
export function addressSigningKey(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "berth/address/1", purpose, 32));
}

/** The secret part of an address: 43 characters, the same for the same subject. */
export function signAddress(signingKey: Uint8Array, subject: string): string {
  return createHmac("sha256", signingKey).update(subject).digest("base64url");
}

/** By what a value is found; says nothing of the address. */
export function addressHash(address: string): string {
  return createHash("sha256").update(`berth/address/find/1\0${address}`).digest("hex");
}

/** Seals a value so that it opens with this address and for this subject only. */
export function sealToAddress(address: string, subject: string, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", keyOf(address), nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(subject, "utf8"));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]));
}

/** Opens what was sealed; throws when address, subject or a single bit does not fit. */
export function openWithAddress(address: string, subject: string, sealed: Uint8Array): Buffer {
  const nonce = sealed.subarray(0, nonceLength);
  const decipher = createDecipheriv("aes-256-gcm", keyOf(address), nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(subject, "utf8"));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(nonceLength, sealed.length - tagLength)), decipher.final()]);
}

function keyOf(address: string): Buffer {
  return Buffer.from(hkdfSync("sha256", address, "berth/address/1", "seal", 32));
}
