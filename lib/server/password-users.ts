import type { PasswordUsers } from "#lib/domain/people/open-invitation.ts";

import { signInSettings } from "./next-auth.ts";

/** Who may have a password at this installation: admins always, so that a lost identity provider locks nobody out for good. */
export function passwordUsers(): PasswordUsers {
  return signInSettings().password ? "everybody" : "admins";
}
