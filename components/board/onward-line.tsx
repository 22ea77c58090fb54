import { ArrowRight, Equal, Snowflake } from "lucide-react";

import { environmentHref } from "#components/environments/address.ts";
import { Link } from "#components/ui/link.tsx";
import type { BoardCard, Onward } from "#lib/domain/board/queries.ts";

/** What lies between a card and the stage behind it: "UAT: 3 commits · 1 variable". */
export function OnwardLine({ card, onward, project }: { readonly card: BoardCard; readonly onward: Onward; readonly project: string }) {
  const { stage, state, frozen } = onward;
  const Icon = frozen !== null ? Snowflake : state === "same" ? Equal : ArrowRight;
  return (
    <p className="bg-canvas/60 text-muted border-t px-3 py-1.5 text-xs">
      <Link
        href={`${environmentHref(project, card.name)}#promotion`}
        className="relative flex min-w-0 items-center gap-1.5 rounded-xs hover:underline"
      >
        <Icon aria-hidden className="text-faint size-3.5 shrink-0" />
        <span className="truncate">
          <span className="font-medium">{stage.title}</span>: {onwardWords(onward)}
          {frozen !== null && `, frozen: ${frozen}`}
        </span>
      </Link>
    </p>
  );
}

function onwardWords({ state, commits, back, variables }: Onward): string {
  if (state === "none") return "nothing there yet";
  const parts = [
    ...(commits === null ? ["other commits"] : commits === 0 ? [] : [count(commits, "commit")]),
    ...(back === null || back === 0 ? [] : [`${count(back, "commit")} back`]),
    ...(variables === null || variables === 0 ? [] : [count(variables, "variable")]),
  ];
  if (state === "same")
    return variables === null || variables === 0 ? "the same image" : `the same image · ${count(variables, "variable")}`;
  return parts.length === 0 ? "another image of the same commit" : parts.join(" · ");
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
