/** Who can send us webhooks. `generic` is anything that signs as GitHub does or as Standard Webhooks say. */
export const inboundForges = ["github", "gitlab", "gitea", "gogs", "bitbucket", "generic"] as const;
export type InboundForge = (typeof inboundForges)[number];

export const forgeTitles: Readonly<Record<InboundForge, string>> = {
  github: "GitHub",
  gitlab: "GitLab",
  gitea: "Gitea",
  gogs: "Gogs",
  bitbucket: "Bitbucket",
  generic: "Another system",
};

/** Where the secret goes, for whoever sets it up there. */
export const forgeSteps: Readonly<Record<InboundForge, string>> = {
  github:
    "Settings → Webhooks → Add webhook. Content type application/json, the secret as its secret, events: pushes, branch or tag creation and deletion, pull requests.",
  gitlab: "Settings → Webhooks → Add new webhook. The secret as secret token, triggers: push, tag push and merge request events.",
  gitea:
    "Settings → Webhooks → Add webhook → Gitea. Content type application/json, the secret as its secret, events: push, create, delete, pull requests.",
  gogs: "Settings → Webhooks → Add a new webhook → Gogs. Content type application/json, the secret as its secret, events: push, create, delete, pull requests.",
  bitbucket: "Repository settings → Webhooks → Add webhook. The secret as its secret, triggers: repository push and pull requests.",
  generic: "Send a POST with a JSON body and the header X-Hub-Signature-256: sha256=<HMAC-SHA256 of the body with the secret, in hex>.",
};

export function isInboundForge(text: string): text is InboundForge {
  return inboundForges.some((forge) => forge === text);
}
