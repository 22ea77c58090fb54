"use client";

import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import type { FormAction } from "#components/ui/use-form-action.ts";

const load = () => import("./new-token.tsx");
const NewToken = lazy(async () => ({ default: (await load()).NewToken }));

/** Opens the sheet that makes a token. */
export function NewTokenButton({ action, children }: { readonly action: FormAction; readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const prepare = () => void load().catch(() => undefined);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        className={buttonClass({ size: "sm" })}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open && (
        <Suspense fallback={null}>
          <NewToken action={action} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
