"use client";

import { PageError } from "#components/shell/page-error.tsx";

export default function ErrorPage({ error, reset }: { readonly error: Error & { readonly digest?: string }; readonly reset: () => void }) {
  return <PageError id={error.digest} retry={reset} />;
}
