import type { allVerbs } from "./policy.ts";

export type AnyVerb = (typeof allVerbs)[number];

/** What each verb lets somebody do, for whoever ticks it. */
export const verbMeanings: Readonly<Record<AnyVerb, string>> = {
  view: "See the environment and open its URL",
  logs: "Read the logs of builds and apps",
  deploy: "Deploy, redeploy, stop and start",
  configure: "Set variables and secrets",
  scale: "Change instances, CPU and memory",
  destroy: "Take the environment down",
  verdict: "Approve or reject what runs there",
  promote: "Carry a tested image into this stage",
  push: "Push to the project’s Git repository",
  administer: "Change a project’s settings, members and permissions",
  see_health: "See the system’s health",
  create_project: "Create projects",
  manage_people: "Manage people and groups",
  manage_permissions: "Change the default permissions",
  manage_clusters: "Attach and check clusters",
  verify_audit: "Check the audit log",
  manage_account: "Manage the own account and its tokens",
};
