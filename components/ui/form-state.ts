"use client";

import { createContext, useContext } from "react";

import type { ActionResult } from "#lib/core/problem.ts";

/** What the server answered to the form around us. */
export const FormStateContext = createContext<ActionResult>({ status: "idle" });

/** The server's complaint about one field of the form around us. */
export function useFieldError(name: string | undefined): string | undefined {
  const result = useContext(FormStateContext);
  if (name === undefined || result.status !== "failed") return undefined;
  return result.fields?.[name];
}
