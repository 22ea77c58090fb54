import { type ForgeName, forgeNames } from "#lib/core/forge-names.ts";

import type { Actor } from "../access/policy.ts";
import { type ProjectHooks, getProjectHooks } from "../hooks/queries.ts";
import type { Reader } from "../projects/head.ts";
import { detectForge } from "./detect.ts";

export interface ForgeSettings {
  readonly forge: ForgeName | null;
  readonly apiUrl: string;
  readonly repository: string;
  readonly hasToken: boolean;
  readonly statuses: boolean;
  readonly comments: boolean;
  /** Why the forge could not be told lately. */
  readonly problem: string | null;
  readonly checkedAt: Date | null;
}

export type WebhooksPage = ProjectHooks & {
  /** Null where the repository is Berth's own: there is no forge. */
  readonly forge: ForgeSettings | null;
};

/** Everything of a project's page of webhooks and forge; for whoever may administer it. */
export async function getWebhooksPage(reader: Reader, actor: Actor, slug: string): Promise<WebhooksPage> {
  const hooks = await getProjectHooks(reader, actor, slug);
  return { ...hooks, forge: hooks.repositoryKind === "builtin" ? null : await readForge(reader, hooks.id, hooks.gitUrl) };
}

async function readForge(reader: Reader, projectId: string, gitUrl: string): Promise<ForgeSettings> {
  const row = await reader.database.forgeConnection.findUnique({
    where: { projectId },
    select: { forge: true, apiUrl: true, repository: true, secretId: true, statuses: true, comments: true, problem: true, checkedAt: true },
  });
  const detected = detectForge(gitUrl);
  if (row === null)
    return {
      forge: detected.forge,
      apiUrl: detected.apiUrl ?? "",
      repository: detected.repository ?? "",
      hasToken: false,
      statuses: true,
      comments: true,
      problem: null,
      checkedAt: null,
    };
  const { secretId, forge, ...settings } = row;
  return { ...settings, forge: forgeNames.find((name) => name === forge) ?? null, hasToken: secretId !== null };
}
