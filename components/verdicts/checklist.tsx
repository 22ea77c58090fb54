"use client";

import { CircleAlert } from "lucide-react";

import { controlClass } from "#components/ui/control-class.ts";
import { useFieldError } from "#components/ui/form-state.ts";

/** What berth.json of this commit asks testers to look at. Each is answered, or left open. */
export function Checklist({ items, failing }: { readonly items: readonly string[]; readonly failing: boolean }) {
  const error = useFieldError("checklist");
  return (
    <fieldset className="space-y-2">
      <legend className="text-ink text-sm font-medium">Checklist</legend>
      {error !== undefined && (
        <p className="text-bad flex items-start gap-1.5 text-xs">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {error}
        </p>
      )}
      <ul className="divide-y rounded-md border">
        {items.map((item) => (
          <li key={item} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5 px-3 py-2 text-sm">
            <span className="foreign min-w-0 flex-1 basis-48">{item}</span>
            <input type="hidden" name="item" value={item} />
            <div className="w-40 max-sm:w-full">
              <select name="answer" aria-label={item} defaultValue="" className={controlClass({ select: true, className: "w-full" })}>
                <option value="">Not looked at</option>
                <option value="yes">Works</option>
                {failing && <option value="no">Does not work</option>}
              </select>
            </div>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
