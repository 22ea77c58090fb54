import type { InboundForge } from "./forges.ts";

/** What an inbound secret belongs to; authenticated with it. */
export function hookScope(projectId: string, forge: InboundForge): string {
  return `webhook:${projectId}/${forge}`;
}
