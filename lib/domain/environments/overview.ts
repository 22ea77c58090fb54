import type { Actor } from "../access/policy.ts";
import type { Blocker } from "../blockers/blocker.ts";
import { blockersOf } from "../blockers/queries.ts";
import type { Reader } from "../projects/head.ts";
import { type VerdictPanel, verdictPanel } from "../verdicts/panel.ts";
import { type EnvironmentPage, getEnvironment } from "./queries.ts";

export type EnvironmentOverview = EnvironmentPage & {
  readonly verdict: VerdictPanel;
  /** Why it, or what is live there, does not move on. */
  readonly blockers: readonly Blocker[];
};

/** The environment's own page. What a part of the page needs beside the environment itself is one more query here. */
export async function getEnvironmentOverview(reader: Reader, actor: Actor, slug: string, name: string): Promise<EnvironmentOverview> {
  const page = await getEnvironment(reader, actor, slug, name);
  const [verdict, blockers] = await Promise.all([
    verdictPanel(reader, actor, page),
    page.destroyedAt === null ? blockersOf(reader, actor, page.id) : [],
  ]);
  return { ...page, verdict, blockers };
}
