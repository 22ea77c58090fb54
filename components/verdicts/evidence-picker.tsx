"use client";

import { CircleAlert, ImagePlus, X } from "lucide-react";
import { useId, useRef } from "react";

import { Button } from "#components/ui/button.tsx";
import { useFieldError } from "#components/ui/form-state.ts";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Spinner } from "#components/ui/spinner.tsx";

import { EvidenceImage } from "./evidence-image.tsx";
import type { Evidence, Upload } from "./use-evidence.ts";

/** Pictures that show what the words mean: pasted anywhere in the sheet, or chosen. */
export function EvidencePicker({ evidence }: { readonly evidence: Evidence }) {
  const input = useRef<HTMLInputElement>(null);
  const labelId = useId();
  const error = useFieldError("evidence");
  return (
    <div role="group" aria-labelledby={labelId} className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p id={labelId} className="text-ink text-sm font-medium">
          Pictures <span className="text-faint ml-1 font-normal">optional</span>
        </p>
        <Button size="sm" disabled={evidence.full} onClick={() => input.current?.click()}>
          <ImagePlus aria-hidden />
          Add a picture
        </Button>
      </div>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        multiple
        hidden
        aria-label="Pictures"
        onChange={(event) => {
          evidence.add(event.target.files ?? []);
          event.target.value = "";
        }}
      />
      <p className="text-faint text-xs">Paste a screenshot here, or choose PNG, JPEG or WebP files: up to six, 5 MB each.</p>
      {error !== undefined && (
        <p className="text-bad flex items-start gap-1.5 text-xs">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {error}
        </p>
      )}
      <ul aria-live="polite" className="flex flex-wrap gap-2 empty:hidden">
        {evidence.uploads.map((upload, position) => (
          <Thumbnail key={upload.key} upload={upload} number={position + 1} onRemove={() => evidence.remove(upload.key)} />
        ))}
      </ul>
    </div>
  );
}

function Thumbnail({ upload, number, onRemove }: { readonly upload: Upload; readonly number: number; readonly onRemove: () => void }) {
  return (
    <li className="bg-sunken relative flex h-20 w-28 items-center justify-center overflow-hidden rounded-md border">
      {upload.state === "there" && upload.id !== null ? (
        <>
          <input type="hidden" name="evidence" value={upload.id} />
          <EvidenceImage id={upload.id} label={`Screenshot ${number}`} className="size-full object-cover" />
        </>
      ) : upload.state === "sending" ? (
        <span className="text-muted flex items-center gap-1.5 text-xs">
          <Spinner className="size-3.5" /> Sending
        </span>
      ) : (
        <span className="text-bad line-clamp-3 px-2 text-center text-xs">{upload.problem}</span>
      )}
      <span className="bg-raised absolute top-1 right-1 rounded-xs border">
        <IconButton size="sm" label={`Remove picture ${number}`} icon={<X aria-hidden />} onClick={onRemove} />
      </span>
    </li>
  );
}
