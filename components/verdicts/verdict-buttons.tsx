"use client";

import { CircleSlash, ThumbsDown, ThumbsUp } from "lucide-react";
import { lazy } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";

import type { VerdictDialogProperties } from "./verdict-dialog.tsx";

const load = () => import("./verdict-dialog.tsx");
const VerdictDialog = lazy(async () => ({ default: (await load()).VerdictDialog }));

const buttons = [
  { kind: "approve", word: "Approve", icon: ThumbsUp, variant: "primary" },
  { kind: "reject", word: "Reject", icon: ThumbsDown, variant: "secondary" },
  { kind: "not_testable", word: "Not testable", icon: CircleSlash, variant: "secondary" },
] as const;

/** The three things a tester can say; each opens its sheet. */
export function VerdictButtons({
  whyNotApprove,
  approved,
  ...properties
}: Omit<VerdictDialogProperties, "kind" | "onClose"> & {
  readonly whyNotApprove: string | null;
  /** It is approved as it is: the next thing to do is another. */
  readonly approved: boolean;
}) {
  return (
    <div className="flex flex-wrap gap-2">
      {buttons.map(({ kind, word, icon: Icon, variant: usual }) => {
        const variant = approved ? "secondary" : usual;
        return kind === "approve" && whyNotApprove !== null ? (
          <button key={kind} type="button" disabled className={buttonClass({ variant, size: "sm" })}>
            <Icon aria-hidden />
            {word}
          </button>
        ) : (
          <SheetButton
            key={kind}
            className={buttonClass({ variant, size: "sm" })}
            load={load}
            sheet={(close) => <VerdictDialog {...properties} kind={kind} onClose={close} />}
          >
            <Icon aria-hidden />
            {word}
          </SheetButton>
        );
      })}
    </div>
  );
}
