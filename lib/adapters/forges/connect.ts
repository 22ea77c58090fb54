import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import type { Forge, ForgeTarget } from "./forge.ts";
import { createGitea } from "./gitea.ts";
import { createGithub } from "./github.ts";
import { createGitlab } from "./gitlab.ts";

/** One repository at its forge. */
export function connectForge(http: HttpClient, target: ForgeTarget): Forge {
  switch (target.forge) {
    case "github":
      return createGithub(http, target);
    case "gitlab":
      return createGitlab(http, target);
    case "gitea":
    case "gogs":
      return createGitea(http, target);
  }
}
