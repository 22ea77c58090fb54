/** Forges Berth can speak to. */
export const forgeNames = ["github", "gitlab", "gitea", "gogs"] as const;
export type ForgeName = (typeof forgeNames)[number];
