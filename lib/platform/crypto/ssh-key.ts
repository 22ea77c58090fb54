import { type KeyObject, randomBytes } from "node:crypto";

/**
 * An Ed25519 key pair in OpenSSH's own formats (PROTOCOL.key), which ssh insists on and Node does not write.
 * @param comment ends up behind the public key, for people
 */
export function openSshKeyPair(
  pair: { publicKey: KeyObject; privateKey: KeyObject },
  comment: string,
): { privateKey: string; publicKey: string } {
  const publicRaw = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const seed = pair.privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const publicBlob = Buffer.concat([text("ssh-ed25519"), sized(publicRaw)]);
  const check = randomBytes(4);
  const inner = Buffer.concat([
    check,
    check,
    text("ssh-ed25519"),
    sized(publicRaw),
    sized(Buffer.concat([seed, publicRaw])),
    text(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_unused, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0", "latin1"),
    text("none"),
    text("none"),
    text(""),
    number(1),
    sized(publicBlob),
    sized(Buffer.concat([inner, padding])),
  ]);
  const lines = (file.toString("base64").match(/.{1,70}/g) ?? []).join("\n");
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${publicBlob.toString("base64")} ${comment}`,
  };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sized(bytes: Uint8Array): Buffer {
  return Buffer.concat([number(bytes.length), bytes]);
}

function text(value: string): Buffer {
  return sized(Buffer.from(value, "utf8"));
}
