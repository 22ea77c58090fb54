"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";

import { throttle } from "./throttle.ts";

const QUIET_MS = 300;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
const SLOW_MS = 30_000;

/**
 * Keeps the page true: listens to `url` (server-sent events) and lets the server render the page again whenever something changed, at
 * most every 300 ms. After a lost connection or a sleeping tab it looks once, because events may have been missed.
 */
export function LiveRefresh({ url }: { readonly url: string }) {
  const router = useRouter();
  // Every rendering brings a newer position in the query; the stream itself goes on, and a new connection starts from the newest.
  const newest = useRef(url);
  const [stream] = url.split("?");

  useEffect(() => {
    newest.current = url;
  }, [url]);

  useEffect(() => {
    const refresh = throttle(() => router.refresh(), QUIET_MS);
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let opened = false;

    const connect = () => {
      source = new EventSource(newest.current);
      source.addEventListener("open", () => {
        failures = 0;
        if (opened) refresh.call();
        opened = true;
      });
      source.addEventListener("change", () => {
        if (document.visibilityState === "visible") refresh.call();
      });
      source.addEventListener("error", () => {
        // Our own back-off instead of the browser's: it also comes back after an answer that is no event stream.
        source?.close();
        clearTimeout(retry);
        const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
        failures += 1;
        retry = setTimeout(connect, wait * (0.75 + Math.random() / 2));
      });
    };
    const onVisible = () => {
      if (document.visibilityState === "visible") refresh.call();
    };

    connect();
    // What notifications may lose, a slow look finds.
    const slow = setInterval(onVisible, SLOW_MS);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      clearTimeout(retry);
      clearInterval(slow);
      source?.close();
      refresh.stop();
    };
  }, [router, stream]);

  return null;
}
