import type { StageStart } from "#lib/platform/database/client.ts";

/**
 * Whether nothing but a promotion or a rollback brings an image into a stage: pushes, clicks and builds change nothing there. The same rule
 * as the database's (berth_guard_deployment).
 */
export function isGated(stage: { readonly starts: StageStart; readonly verdictRequired: boolean }): boolean {
  return stage.starts === "by_promotion" || stage.verdictRequired;
}
