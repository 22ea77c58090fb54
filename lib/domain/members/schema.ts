import { z } from "zod";

import { roles } from "../permissions/words.ts";

const fields = {
  /** A person by e-mail or id, or a group by name or id. Exactly one of them. */
  email: z.string().trim().min(3).max(254).toLowerCase().optional(),
  person: z.uuid().optional(),
  group: z.string().trim().min(1).max(100).optional(),
  /** All roles from now on; none takes the person or group out of the project. */
  roles: z.array(z.enum(roles)).max(2 * roles.length),
};

const one = "Name one person (email or person) or one group.";

function isOne({ email, person, group }: { email?: string | undefined; person?: string | undefined; group?: string | undefined }): boolean {
  return [email, person, group].filter((each) => each !== undefined).length === 1;
}

/** What the REST interface takes for a member. */
export const memberBody = z.strictObject(fields).refine(isOne, one);
export const memberInput = z.strictObject({ project: z.string().min(1).max(64), ...fields }).refine(isOne, one);
