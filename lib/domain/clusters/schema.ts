import { X509Certificate } from "node:crypto";

import { z } from "zod";

const address = z
  .string()
  .trim()
  .max(500)
  .refine(isAddress, "Use an address such as https://marathon.example.org:8443, without user and password.")
  .transform((text) => text.replace(/\/+$/, ""));

const clusterName = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(60, "Use at most 60 characters.")
  .regex(/[\p{L}\p{N}]/u, "Use at least one letter or digit.")
  .regex(/^[^\p{Cc}]+$/u, "Leave out control characters.");

const urls = z
  .array(address)
  .min(1, "Give the address of at least one member.")
  .max(9, "Use at most nine addresses.")
  .transform((list) => [...new Set(list)]);
const username = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}:]+$/u, "A user name holds no colon.");
const secret = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[^\p{Cc}]+$/u, "Leave out line breaks and control characters.");
const certificate = z
  .string()
  .trim()
  .max(64 * 1024, "Use at most 64 KiB.")
  .refine(isCertificates, "That is not a certificate in PEM.");

export const credentialKinds = ["none", "basic", "token"] as const;

export const addClusterInput = z.strictObject({
  name: clusterName,
  /** Members of one cluster. */
  urls,
  credentials: z.enum(credentialKinds).default("none"),
  username: username.optional(),
  /** A password, or a token of DC/OS. Sealed; never shown again. */
  secret: secret.optional(),
  /** PEM; trusted for this cluster alone. */
  caCertificate: certificate.optional(),
  mesosUrl: address.optional(),
});

export const updateClusterInput = z.strictObject({
  cluster: z.uuid(),
  name: clusterName.optional(),
  urls: urls.optional(),
  credentials: z.enum(credentialKinds).optional(),
  username: username.optional(),
  /** Left out, the one that is kept stays. */
  secret: secret.optional(),
  caCertificate: certificate.nullable().optional(),
  mesosUrl: address.nullable().optional(),
});

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const certificatesAtMost = 20;

/** Certificates and nothing else: no private key that was pasted by mistake is ever stored. */
function isCertificates(text: string): boolean {
  const blocks = text.match(block) ?? [];
  if (blocks.length === 0 || blocks.length > certificatesAtMost || text.replace(block, "").includes("PRIVATE KEY")) return false;
  try {
    return blocks.every((pem) => new X509Certificate(pem).subject !== undefined);
  } catch {
    return false;
  }
}
