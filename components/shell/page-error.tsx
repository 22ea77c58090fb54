"use client";

import { buttonClass } from "#components/ui/button-class.ts";

/** A page that could not be made: what to do, and the id under which the log knows more. */
export function PageError({ id, retry }: { readonly id: string | undefined; readonly retry: () => void }) {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-[80dvh] place-items-center px-6 text-center outline-none">
      <div className="max-w-md">
        <h1 className="text-lg">This page could not be made</h1>
        <p className="text-muted mt-1 text-sm text-pretty">
          A part of Berth did not answer, or Berth made a mistake. If it happens again, give this to whoever runs this installation:{" "}
          <code className="text-ink font-mono">{id ?? "no id"}</code>
        </p>
        <div className="mt-5 flex justify-center gap-2">
          <button type="button" onClick={retry} className={buttonClass({ variant: "primary" })}>
            Try again
          </button>
          {/* A whole new page on purpose: this one is broken. */}
          {/* oxlint-disable-next-line next/no-html-link-for-pages */}
          <a href="/health" className={buttonClass({})}>
            System health
          </a>
        </div>
      </div>
    </main>
  );
}
