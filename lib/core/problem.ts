import { BerthError } from "./errors.ts";

/** An error as a page or a client sees it: what happened, the particulars, and the way out. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly help: string;
}

/** What a server action answers to a form. */
export type ActionResult =
  | { readonly status: "idle" }
  | { readonly status: "done"; readonly message?: string; readonly created?: { readonly token?: string; readonly link?: string } }
  | { readonly status: "failed"; readonly problem: Problem; readonly fields?: Readonly<Record<string, string>> };

/** The shown part of an error. Anything but a BerthError is `internal` and keeps its text to the log. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof BerthError ? error : new BerthError("internal");
  return { code: known.code, title: known.title, detail: known.detail ?? null, help: known.help };
}
