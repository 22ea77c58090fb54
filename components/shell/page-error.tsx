"use client";

import { Button, ButtonLink } from "#components/ui/button.tsx";

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
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
          <ButtonLink href="/health">System health</ButtonLink>
        </div>
      </div>
    </main>
  );
}
