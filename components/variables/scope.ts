import type { VariableRow } from "#lib/domain/variables/queries.ts";

/** Where a new variable may be set, as the form knows it. */
export interface VariableScope {
  readonly scope: "project" | "stage" | "environment";
  /** The stage's name, for scope "stage". */
  readonly stage?: string | undefined;
  /** The environment's id, for scope "environment". */
  readonly environment?: string | undefined;
  readonly label: string;
}

/** A key for a select. */
export function scopeKey({ scope, stage }: VariableScope): string {
  return scope === "stage" ? `stage ${stage ?? ""}` : scope;
}

/** The form fields that say where a variable belongs. */
export function scopeValues({ scope, stage, environment }: VariableScope): Record<string, string> {
  return {
    scope,
    ...(scope === "stage" && stage !== undefined ? { stage } : {}),
    ...(scope === "environment" && environment !== undefined ? { environment } : {}),
  };
}

/** The scope of a row as the form knows it; null when it cannot be set from here. */
export function scopeOfRow(row: Pick<VariableRow, "scope" | "scopeName">, scopes: readonly VariableScope[]): VariableScope | null {
  return scopes.find(({ scope, label }) => scope === row.scope && (scope !== "stage" || label === row.scopeName)) ?? null;
}
