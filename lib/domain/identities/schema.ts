import { z } from "zod";

/** What an identity provider has proved about whoever signs in. Everything in it is its words: bounded and cleaned here. */
const words = (max: number) =>
  z
    .string()
    .max(10_000)
    .transform((text) =>
      text
        .replaceAll(/\p{C}+/gu, " ")
        .trim()
        .slice(0, max),
    );

export const provedIdentitySchema = z.strictObject({
  /** Which provider: kind and address, so that another one's subjects are never mistaken for this one's. */
  provider: z.string().min(1).max(500),
  subject: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\p{C}]+$/u),
  /** One and in lower case, as people's are here; anything else is none. Checked first: a Kelvin sign would become a k. */
  email: z
    .string()
    .trim()
    .max(254)
    .pipe(z.email())
    .transform((text) => text.toLowerCase())
    .nullable()
    .catch(null),
  emailVerified: z.boolean(),
  name: words(100),
  /** What it says of groups; null where this kind of provider says nothing, and then nothing changes. */
  groups: z.array(z.string().min(1).max(255)).max(2000).nullable(),
});
export type ProvedIdentity = z.output<typeof provedIdentitySchema>;
