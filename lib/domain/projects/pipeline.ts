import type { RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

export interface StageTemplate {
  readonly name: string;
  readonly title: string;
  readonly kind: StageKind;
  readonly refKind: RefKind | null;
  readonly refPattern: string;
  readonly perRef: boolean;
  readonly starts: StageStart;
  readonly redeployOnPush: boolean;
  readonly verdictRequired: boolean;
}

/** The pipeline a new project gets. All of it is data that an admin may edit afterwards. */
export const defaultPipeline: readonly StageTemplate[] = [
  {
    name: "review",
    title: "Review",
    kind: "review",
    refKind: "branch",
    refPattern: ":other",
    perRef: true,
    starts: "on_click",
    redeployOnPush: true,
    verdictRequired: false,
  },
  {
    name: "demo",
    title: "Demo",
    kind: "demo",
    refKind: "branch",
    refPattern: ":default",
    perRef: true,
    starts: "on_push",
    redeployOnPush: true,
    verdictRequired: false,
  },
  {
    name: "staging",
    title: "Staging",
    kind: "staging",
    refKind: "tag",
    refPattern: "v*",
    perRef: true,
    starts: "on_push",
    redeployOnPush: false,
    verdictRequired: false,
  },
  {
    name: "uat",
    title: "UAT",
    kind: "uat",
    refKind: "tag",
    refPattern: "*",
    perRef: true,
    starts: "by_promotion",
    redeployOnPush: false,
    verdictRequired: true,
  },
  {
    name: "production",
    title: "Production",
    kind: "production",
    refKind: null,
    refPattern: "*",
    perRef: false,
    starts: "by_promotion",
    redeployOnPush: false,
    verdictRequired: true,
  },
];
