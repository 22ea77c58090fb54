import { adminKinds } from "./admin-kinds.ts";
import type { Kind } from "./kind.ts";
import { stageKinds } from "./stage-kinds.ts";
import { workKinds } from "./work-kinds.ts";

const all = { ...workKinds, ...stageKinds, ...adminKinds } as const;
export type InboxKind = keyof typeof all;

/** Every kind of thing that can wait for somebody. A new kind is one more entry in one of the three: a statement, and its words. */
export const inboxKinds: Readonly<Record<InboxKind, Kind>> = all;
