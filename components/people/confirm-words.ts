import type { ConfirmWords } from "#components/ui/confirm-dialog.tsx";

interface Subject {
  readonly name: string;
  readonly isSelf: boolean;
}

/** What the sheet before *make an admin* says. */
export function adminWords({ name }: Subject): ConfirmWords {
  return {
    title: `Make ${name} an admin?`,
    changes: [
      "May see and do everything in every project, production included.",
      "May manage people, groups and permissions, and make other admins.",
    ],
    undo: "Take the rights away again in the same menu.",
    confirm: `Make ${name} an admin`,
    variant: "primary",
  };
}

/** What the sheet before *take admin rights away* says. */
export function noAdminWords({ name, isSelf }: Subject): ConfirmWords {
  return {
    title: isSelf ? "Give up your own admin rights?" : `Take the admin rights of ${name} away?`,
    changes: ["From now on only the roles in projects count.", "Pages and logs that are open and no longer allowed end at once."],
    undo: isSelf ? "Another admin has to give them back." : "Make this person an admin again in the same menu.",
    confirm: isSelf ? "Give up my admin rights" : `Take the rights of ${name} away`,
  };
}

/** What the sheet before *sign out everywhere* says. */
export function signOutWords({ name, isSelf }: Subject): ConfirmWords {
  return {
    title: isSelf ? "Sign yourself out everywhere?" : `Sign ${name} out everywhere?`,
    changes: ["Every browser has to sign in again, this one included when it is yours.", "API tokens go on working."],
    undo: "It cannot be undone, but signing in again is all it takes.",
    confirm: isSelf ? "Sign me out everywhere" : `Sign ${name} out`,
  };
}

/** What the sheet before *disable* says. */
export function disableWords({ name, isSelf }: Subject): ConfirmWords {
  return {
    title: isSelf ? "Disable yourself?" : `Disable ${name}?`,
    changes: [
      "Signing in is refused, and every session ends.",
      "API tokens are refused for as long as it lasts.",
      "Roles, groups and the history stay.",
    ],
    undo: isSelf
      ? "Another admin has to enable you again."
      : "Enable in the same menu: roles and tokens are there again, sessions are not.",
    confirm: isSelf ? "Disable myself" : `Disable ${name}`,
  };
}
