"use client";

import { lazy, type ReactNode } from "react";

import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { JobDefaults } from "#lib/domain/jobs/queries.ts";
import type { JobRow } from "#lib/domain/jobs/rows.ts";

const load = () => import("./job-dialog.tsx");
const JobDialog = lazy(async () => ({ default: (await load()).JobDialog }));

/** Opens the sheet that makes a job, or changes one. */
export function JobButton({
  action,
  values,
  defaults,
  edited = null,
  className,
  children,
}: {
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly defaults: JobDefaults;
  readonly edited?: JobRow | null;
  readonly className: string;
  readonly children: ReactNode;
}) {
  return (
    <SheetButton
      className={className}
      load={load}
      sheet={(close) => <JobDialog action={action} values={values} defaults={defaults} edited={edited} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
