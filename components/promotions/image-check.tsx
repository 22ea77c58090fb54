import { CircleCheck, CircleQuestionMark, TriangleAlert } from "lucide-react";

import { toneText } from "#components/ui/badge.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { ImageCheckView } from "#lib/domain/promotions/box.ts";

const looks = {
  same: { icon: CircleCheck, tone: "good", words: "Built = tested = approved = running" },
  drift: { icon: TriangleAlert, tone: "bad", words: "What runs is not what was approved" },
  unknown: { icon: CircleQuestionMark, tone: "neutral", words: "Not compared yet" },
} as const;

/** Whether registry, verdict and cluster speak of one image, as the worker last saw it. */
export function ImageCheck({ check }: { readonly check: ImageCheckView }) {
  const { icon: Icon, tone, words } = looks[check.state];
  const said = check.state === "same" && check.approvedDigest === null ? "Built = running" : words;
  return (
    <div data-image-check={check.state} className="space-y-1 text-sm">
      <p className={`flex flex-wrap items-center gap-x-1.5 font-medium ${toneText[tone]}`}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {said}
        <Digest digest={check.digest} className="text-ink ml-1 font-normal" />
      </p>
      {check.detail !== null && <p className="text-muted foreign wrap-anywhere">{check.detail}</p>}
      <p className="text-faint text-xs">
        {check.registryDigest !== null && "The registry has it · "}
        {check.matching} of {check.tasks} running {check.tasks === 1 ? "task is" : "tasks are"} of this release · looked{" "}
        <RelativeTime at={check.checkedAt} />
      </p>
    </div>
  );
}
