import { createHash } from "node:crypto";

/** Mesos-DNS gives a name 54 characters; every slug fits, so that it can be a Marathon path segment and a DNS label. */
export const slugMaxLength = 54;
const labelMaxLength = 63;

/**
 * A DNS label made from any text: lower case, digits and single dashes, at most `maxLength` characters. Text that is cut
 * or leaves nothing gets a short hash of the whole text, so that two long names stay two.
 */
export function slugOf(text: string, maxLength = slugMaxLength): string {
  const plain = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return plain.length > 0 && plain.length <= maxLength ? plain : hashedSlug(plain, text, maxLength);
}

/** The slug of `text` with a hash of the whole text: for names that collide with another name's slug. */
export function distinctSlugOf(text: string, maxLength = slugMaxLength): string {
  return hashedSlug(slugOf(text, maxLength), text, maxLength);
}

/**
 * The host label of an environment: `<ref>--<project>`, or `<ref>--<stage>--<project>` where the stage has to be told apart.
 * A slug never holds two dashes in a row, so the parts cannot be confused.
 */
export function hostLabelOf(parts: { ref: string; stage?: string; project: string }): string {
  const tail = parts.stage === undefined ? `--${parts.project}` : `--${parts.stage}--${parts.project}`;
  const label = `${parts.ref}${tail}`;
  if (label.length <= labelMaxLength) return label;
  return `${hashedSlug(parts.ref, parts.ref, labelMaxLength - tail.length)}${tail}`;
}

function hashedSlug(slug: string, text: string, maxLength: number): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 7);
  const head = slug.slice(0, Math.max(0, maxLength - hash.length - 1)).replace(/-+$/, "");
  return head === "" ? `x-${hash}` : `${head}-${hash}`;
}
