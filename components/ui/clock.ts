"use client";

import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all ticking times on the page; it rests while the page is hidden. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.visibilityState === "hidden") return;
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * A text made from the current time. The component renders again only when the text changes. `onServer` is what the server and the first
 * client render say; the element that shows it should carry `suppressHydrationWarning`, since a second may pass between the two.
 */
export function useClockText(text: (nowMs: number) => string, onServer: (nowMs: number) => string): string {
  return useSyncExternalStore(
    subscribe,
    () => text(Date.now()),
    () => onServer(Date.now()),
  );
}
