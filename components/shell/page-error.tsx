"use client";

import { TriangleAlert } from "lucide-react";

import { Button, ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

/** A page that could not be made: what to do, and the id under which the log knows more. */
export function PageError({ id, retry }: { readonly id: string | undefined; readonly retry: () => void }) {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-[80dvh] place-items-center outline-none">
      <EmptyState
        icon={<TriangleAlert aria-hidden />}
        title="This page could not be made"
        action={
          <>
            <Button variant="primary" onClick={retry}>
              Try again
            </Button>
            <ButtonLink href="/health">System health</ButtonLink>
          </>
        }
      >
        A part of Berth did not answer, or Berth made a mistake. If it happens again, give this to whoever runs this installation:{" "}
        <code className="font-mono text-ink">{id ?? "no id"}</code>
      </EmptyState>
    </main>
  );
}
