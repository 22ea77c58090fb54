import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from "node:crypto";

/**
 * Secrets are sealed to the worker's X25519 key where they are entered and can be opened only there.
 * A fresh data key encrypts the value (AES-256-GCM); a key derived from an ephemeral X25519 exchange wraps the data key.
 * The zero nonce of the wrap is right because every wrap key is used once. What the value belongs to is authenticated
 * with it, so that a sealed row moved elsewhere does not open.
 */
export interface Sealed {
  readonly kid: string;
  readonly epk: Uint8Array<ArrayBuffer>;
  readonly wrappedDek: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly scope: string;
}

export interface PublicSealingKey {
  readonly kid: string;
  /** Raw X25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface PrivateSealingKey extends PublicSealingKey {
  /** Raw X25519 private key, 32 bytes. */
  readonly privateKey: Uint8Array;
}

const tagLength = 16;
const wrapNonce = Buffer.alloc(12);
const spkiPrefix = Buffer.from("302a300506032b656e032100", "hex");
const pkcs8Prefix = Buffer.from("302e020100300506032b656e04220420", "hex");

/** A new key pair; `kid` names it in every value sealed to it. */
export function generateSealingKey(kid: string): PrivateSealingKey {
  const pair = generateKeyPairSync("x25519");
  return {
    kid,
    publicKey: pair.publicKey.export({ format: "der", type: "spki" }).subarray(spkiPrefix.length),
    privateKey: pair.privateKey.export({ format: "der", type: "pkcs8" }).subarray(pkcs8Prefix.length),
  };
}

/** Seals `value` for the holder of the private key. `scope` says what it belongs to, e.g. `project:<id>/DB_URL`. */
export function seal(key: PublicSealingKey, scope: string, value: string): Sealed {
  const ephemeral = generateKeyPairSync("x25519");
  const epk = ephemeral.publicKey.export({ format: "der", type: "spki" }).subarray(spkiPrefix.length);
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: publicKeyOf(key.publicKey) });
  const aad = aadOf(key.kid, scope);
  const dek = randomBytes(32);
  const nonce = randomBytes(12);
  return {
    kid: key.kid,
    epk: bytes(epk),
    wrappedDek: bytes(encrypt(wrapKeyOf(shared, epk, key.publicKey), wrapNonce, dek, aad)),
    nonce: bytes(nonce),
    ciphertext: bytes(encrypt(dek, nonce, Buffer.from(value, "utf8"), aad)),
    scope,
  };
}

/**
 * Opens a sealed value for one of `scopes`. Whoever opens says what he opens it for: a row that points to somebody else's secret must not
 * get it. Throws when the key, the scope or a single bit does not fit.
 */
export function open(key: PrivateSealingKey, sealed: Sealed, ...scopes: readonly string[]): string {
  if (sealed.kid !== key.kid) throw new Error(`sealed to another key (${sealed.kid})`);
  if (!scopes.includes(sealed.scope)) throw new Error("sealed for something else");
  const shared = diffieHellman({ privateKey: privateKeyOf(key.privateKey), publicKey: publicKeyOf(sealed.epk) });
  const aad = aadOf(sealed.kid, sealed.scope);
  const dek = decrypt(wrapKeyOf(shared, sealed.epk, key.publicKey), wrapNonce, sealed.wrappedDek, aad);
  return decrypt(dek, sealed.nonce, sealed.ciphertext, aad).toString("utf8");
}

function wrapKeyOf(shared: Uint8Array, epk: Uint8Array, publicKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", shared, Buffer.concat([epk, publicKey]), "berth/wrap/1", 32));
}

function encrypt(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  // Without an explicit length Node accepts a tag of four bytes.
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagLength)), decipher.final()]);
}

/** Length-prefixed, so that no two lists of fields give the same bytes. */
function aadOf(...fields: readonly string[]): Buffer {
  return Buffer.concat(
    ["berth/seal/1", ...fields].flatMap((field) => {
      const text = Buffer.from(field, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return [length, text];
    }),
  );
}

function publicKeyOf(raw: Uint8Array) {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: "der", type: "spki" });
}

function privateKeyOf(raw: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, raw]), format: "der", type: "pkcs8" });
}

/** Prisma wants bytes over a plain ArrayBuffer. */
function bytes(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
