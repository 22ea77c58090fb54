"use client";

import { lazy, Suspense, useSyncExternalStore } from "react";

import { type Toast, toastStore } from "./toast.ts";

const ToastCard = lazy(async () => ({ default: (await import("./toast-card.tsx")).ToastCard }));
const none: readonly Toast[] = [];

/** The corner where toasts appear. One per page. */
export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.read, () => none);
  return (
    <section
      aria-label="Notices"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 bottom-3 z-50 flex flex-col items-end gap-2"
    >
      <Suspense fallback={null}>
        {toasts.map((each) => (
          <ToastCard key={each.id} toast={each} />
        ))}
      </Suspense>
    </section>
  );
}
