"use client";

import { clsx } from "clsx";
import { type ReactNode, useContext, useId, useState } from "react";

import { Button } from "#components/ui/button.tsx";
import { controlClass } from "#components/ui/control-class.ts";
import { FormStateContext } from "#components/ui/form-state.ts";

export interface RowColumn {
  readonly name: string;
  readonly label: string;
  readonly kind?: "text" | "number" | "check" | readonly string[];
  readonly placeholder?: string;
  /** How wide, as a class. */
  readonly width: string;
  /** What a new row begins with. */
  readonly initial?: string | boolean;
}

export type Row = Readonly<Record<string, string | boolean>>;

interface Numbered {
  readonly key: number;
  readonly row: Row;
}

/** A list of small records, sent as JSON under `rows.<name>`. */
export function RowsField({
  name,
  legend,
  one,
  hint,
  columns,
  rows,
}: {
  readonly name: string;
  readonly legend: ReactNode;
  /** What one entry is called. */
  readonly one: string;
  readonly hint?: string;
  readonly columns: readonly RowColumn[];
  readonly rows: readonly Row[];
}) {
  const [list, setList] = useState<readonly Numbered[]>(() => rows.map((row, key) => ({ key, row })));
  const errors = useErrorsOf(name);
  const id = useId();
  const add = () => {
    const row = Object.fromEntries(columns.map((column) => [column.name, column.initial ?? (column.kind === "check" ? false : "")]));
    setList([...list, { key: Math.max(-1, ...list.map(({ key }) => key)) + 1, row }]);
  };
  const change = (key: number, field: string, value: string | boolean) =>
    setList(list.map((entry) => (entry.key === key ? { key, row: { ...entry.row, [field]: value } } : entry)));

  return (
    <fieldset className="min-w-0 space-y-2.5" aria-describedby={errors.length === 0 ? undefined : id}>
      <legend className="text-sm font-medium">{legend}</legend>
      {hint !== undefined && <p className="text-faint text-xs">{hint}</p>}
      <input type="hidden" name={`rows.${name}`} value={JSON.stringify(list.map(({ row }) => row))} />
      {list.length > 0 && (
        <ul className="divide-y rounded-sm border">
          {list.map(({ key, row }, index) => (
            <li key={key} className="flex flex-wrap items-end gap-x-3 gap-y-2 p-3">
              {columns.map((column) => (
                <Cell
                  key={column.name}
                  column={column}
                  value={row[column.name] ?? ""}
                  about={`${one} ${index + 1}`}
                  onChange={(value) => change(key, column.name, value)}
                />
              ))}
              <Button
                size="sm"
                variant="ghost"
                aria-label={`Remove ${one} ${index + 1}`}
                onClick={() => setList(list.filter((entry) => entry.key !== key))}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      {errors.length > 0 && (
        <p id={id} role="alert" className="text-bad text-xs">
          {errors.join(" ")}
        </p>
      )}
      <Button size="sm" onClick={add}>
        Add {one}
      </Button>
    </fieldset>
  );
}

function Cell({
  column,
  value,
  about,
  onChange,
}: {
  readonly column: RowColumn;
  readonly value: string | boolean;
  readonly about: string;
  readonly onChange: (value: string | boolean) => void;
}) {
  const id = useId();
  const label = `${about}: ${column.label}`;
  if (column.kind === "check")
    return (
      <label className="flex h-8 items-center gap-1.5 text-xs">
        <input
          type="checkbox"
          aria-label={label}
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4"
        />
        {column.label}
      </label>
    );
  const text = typeof value === "string" ? value : "";
  return (
    <div className={clsx("min-w-0 space-y-1", column.width)}>
      <label htmlFor={id} className="text-faint block text-xs">
        {column.label}
      </label>
      {Array.isArray(column.kind) ? (
        <select
          id={id}
          aria-label={label}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          className={controlClass({ select: true })}
        >
          {column.kind.map((option: string) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          aria-label={label}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          placeholder={column.placeholder}
          inputMode={column.kind === "number" ? "numeric" : undefined}
          autoComplete="off"
          spellCheck={false}
          className={controlClass({ mono: true })}
        />
      )}
    </div>
  );
}

/** What the server said about the list or one of its entries. */
function useErrorsOf(name: string): string[] {
  const result = useContext(FormStateContext);
  if (result.status !== "failed") return [];
  return Object.entries(result.fields ?? {})
    .filter(([field]) => field === name || field.startsWith(`${name}.`))
    .map(([field, words]) => {
      const index = /^\d+/.exec(field.slice(name.length + 1))?.[0];
      return index === undefined ? words : `${Number(index) + 1}: ${words}`;
    });
}
