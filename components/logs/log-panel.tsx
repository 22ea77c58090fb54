"use client";

import { clsx } from "clsx";
import { type ComponentProps, lazy, Suspense } from "react";

import type { LogViewer } from "./log-viewer.tsx";

const LazyViewer = lazy(async () => ({ default: (await import("./log-viewer.tsx")).LogViewer }));

/** A log on a page. The viewer's code comes after the page itself, so that the page is there sooner. */
export function LogPanel(properties: ComponentProps<typeof LogViewer>) {
  const frame = (
    <section aria-label={properties.title} aria-busy className={clsx("bg-sunken shadow-card rounded-md border", properties.className)} />
  );
  return (
    <Suspense fallback={frame}>
      <LazyViewer {...properties} />
    </Suspense>
  );
}
