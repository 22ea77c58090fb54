import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** A value under a key of this process's own. */
export interface Locked {
  readonly nonce: Uint8Array<ArrayBuffer>;
  /** With the tag at its end. */
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

const tagLength = 16;

/** Encrypts `value` (AES-256-GCM). `scope` says what it belongs to and is authenticated with it: a row moved elsewhere does not open. */
export function lockValue(key: string, scope: string, value: string): Locked {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(key), nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(scope, "utf8"));
  const ciphertext = Buffer.concat([cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return { nonce: new Uint8Array(nonce), ciphertext: new Uint8Array(ciphertext) };
}

/** Opens what `lockValue` made. Throws when the key, the scope or a single bit does not fit. */
export function unlockValue(key: string, scope: string, { nonce, ciphertext }: Locked): string {
  const decipher = createDecipheriv("aes-256-gcm", keyOf(key), nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(scope, "utf8"));
  decipher.setAuthTag(ciphertext.subarray(ciphertext.length - tagLength));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, ciphertext.length - tagLength)), decipher.final()]).toString("utf8");
}

/** The installation's key is text of full entropy; the label keeps it apart from other uses. */
function keyOf(key: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", "berth/webhooks/1", 32));
}
