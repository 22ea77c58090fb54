"use client";

import { TriangleAlert } from "lucide-react";

import { Button } from "#components/ui/button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";

/** A link that is shown this one time, for the admin to pass on. */
export function OneTimeLink({ link, name, onClose }: { readonly link: string; readonly name: string; readonly onClose: () => void }) {
  return (
    <div className="mt-2 space-y-4">
      <p className="text-muted flex items-start gap-2 text-sm">
        <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
        <span>
          Copy it now for <bdi className="text-ink font-medium">{name}</bdi>, unless it goes by mail: it is shown this one time. It works
          once, within seven days.
        </span>
      </p>
      <div className="bg-sunken flex items-center gap-2 rounded-sm border py-2 pr-2 pl-3">
        <code className="min-w-0 flex-1 font-mono text-sm break-all select-all">{link}</code>
        <CopyButton text={link} size="md" label="Copy the link" />
      </div>
      <div className="flex justify-end">
        <Button variant="primary" onClick={onClose} data-autofocus>
          I have it
        </Button>
      </div>
    </div>
  );
}
