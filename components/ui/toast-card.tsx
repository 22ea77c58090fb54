"use client";

import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { useEffect, useRef } from "react";

import { IconButton } from "./icon-button.tsx";
import { type Toast, toastStore } from "./toast.ts";

const GOOD_MS = 5000;
const BAD_MS = 12_000;

/** One notice; it goes by itself unless somebody points at it. */
export function ToastCard({ toast }: { readonly toast: Toast }) {
  const held = useRef(false);
  const life = toast.tone === "bad" ? BAD_MS : GOOD_MS;

  useEffect(() => {
    let left = life;
    // Counted in small steps so that pointing at a toast keeps it.
    const timer = setInterval(() => {
      if (held.current) return;
      left -= 250;
      if (left <= 0) toastStore.dismiss(toast.id);
    }, 250);
    return () => clearInterval(timer);
  }, [life, toast.id]);

  return (
    <div
      role={toast.tone === "bad" ? "alert" : undefined}
      onPointerEnter={() => (held.current = true)}
      onPointerLeave={() => (held.current = false)}
      className="animate-appear bg-raised shadow-float pointer-events-auto flex w-full max-w-sm items-start gap-2.5 rounded-md border p-3"
    >
      <ToastIcon tone={toast.tone} />
      <div className="min-w-0 flex-1 text-sm">
        <p className="foreign font-medium">{toast.title}</p>
        {toast.detail !== undefined && <p className="foreign text-muted mt-0.5">{toast.detail}</p>}
      </div>
      <IconButton size="sm" label="Dismiss" icon={<X aria-hidden />} onClick={() => toastStore.dismiss(toast.id)} />
    </div>
  );
}

function ToastIcon({ tone }: { readonly tone: Toast["tone"] }) {
  const shape = "mt-0.5 size-4 shrink-0";
  if (tone === "good") return <CircleCheck aria-hidden className={`${shape} text-good`} />;
  if (tone === "bad") return <CircleX aria-hidden className={`${shape} text-bad`} />;
  return <Info aria-hidden className={`${shape} text-muted`} />;
}
