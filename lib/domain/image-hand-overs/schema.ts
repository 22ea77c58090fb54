import { z } from "zod";

/** host[:port]/path@sha256:…; a tag beside the digest says nothing and is refused, so that nobody believes it does. */
const imagePattern = /^([a-z0-9.-]+(?::\d{1,5})?)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)@(sha256:[a-f0-9]{64})$/;

export const handOverFields = {
  ref: z.string().regex(/^refs\/(?:heads|tags)\/.{1,240}$/, "Use the full name: refs/heads/… or refs/tags/…"),
  commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "Use the whole commit id in lower case."),
  image: z.string().max(500).regex(imagePattern, "Name the image by digest: registry/path@sha256:… without a tag."),
};

/** The two halves of an image's name. */
export function partsOf(image: string): { readonly repository: string; readonly digest: string } {
  const [, host = "", path = "", digest = ""] = imagePattern.exec(image) ?? [];
  return { repository: `${host}/${path}`, digest };
}
