"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Lets the server render the page again every so often, while somebody looks at it. For pages that must work when events do not. */
export function Poll({ everyMs }: { readonly everyMs: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
