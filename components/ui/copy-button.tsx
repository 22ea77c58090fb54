"use client";

import { useEffect, useState } from "react";

import { buttonClass } from "./button-class.ts";
import { iconButtonClass } from "./icon-button.tsx";
import { toast } from "./toast.ts";

const SHOWN_MS = 1600;

/** Copies `text`. Without `children` it is an icon with a tooltip. */
export function CopyButton({
  text,
  label = "Copy",
  children,
  size = "sm",
  className,
}: {
  readonly text: string;
  readonly label?: string;
  readonly children?: string;
  readonly size?: "sm" | "md";
  readonly className?: string;
}) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Browsers allow the clipboard only on https and localhost.
      toast({ tone: "bad", title: "The browser did not allow copying.", detail: "Select the text and copy it by hand." });
    }
  };

  const icon = <CopyIcon copied={copied} />;
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={children === undefined ? label : undefined}
      data-tip={children === undefined ? label : undefined}
      className={children === undefined ? iconButtonClass(size, className) : buttonClass({ size, className })}
    >
      {icon}
      {children !== undefined && <span>{copied ? "Copied" : children}</span>}
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}

/** Two sheets, or a tick. Drawn here, because nearly every page copies something and need not load an icon library for it. */
function CopyIcon({ copied }: { readonly copied: boolean }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={copied ? "text-good" : undefined}
    >
      {copied ? (
        <path d="m4 12.5 5.5 5.5L20 6.5" />
      ) : (
        <path d="M9 9h10a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 21h-8.5A1.5 1.5 0 0 1 9 19.5zM5 15.5A1.5 1.5 0 0 1 3.5 14V4.5A1.5 1.5 0 0 1 5 3h9.5A1.5 1.5 0 0 1 16 4.5V9" />
      )}
    </svg>
  );
}
