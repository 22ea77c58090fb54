"use client";

import { Check, Copy } from "lucide-react";
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

  const icon = copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />;
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
