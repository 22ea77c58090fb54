"use client";

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";

/** Something that is shown this one time, and what belongs to it. */
export function OneTimeSecret({
  values,
  words,
  onClose,
  children,
}: {
  readonly values: ReadonlyArray<{ readonly label: string; readonly text: string }>;
  readonly words: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <div className="mt-2 space-y-4">
      <p className="text-muted flex items-start gap-2 text-sm">
        <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
        <span>Copy the secret now: it is shown this one time. {words}</span>
      </p>
      {values.map(({ label, text }) => (
        <div key={label}>
          <p className="text-faint mb-1 text-xs">{label}</p>
          <div className="bg-sunken flex items-center gap-2 rounded-sm border py-2 pr-2 pl-3">
            <code className="min-w-0 flex-1 font-mono text-sm break-all select-all">{text}</code>
            <CopyButton text={text} size="md" label={`Copy: ${label}`} />
          </div>
        </div>
      ))}
      {children}
      <div className="flex justify-end">
        <Button variant="primary" onClick={onClose} data-autofocus>
          I have it
        </Button>
      </div>
    </div>
  );
}
