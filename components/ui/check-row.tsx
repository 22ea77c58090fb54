import { clsx } from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";

/** A checkbox or radio button with its name and a line about it; the whole row can be pressed. */
export function CheckRow({
  label,
  description,
  className,
  type = "checkbox",
  ...input
}: Omit<ComponentProps<"input">, "id"> & {
  readonly label: ReactNode;
  readonly description?: ReactNode;
  readonly type?: "checkbox" | "radio";
}) {
  const id = useId();
  return (
    <div className={clsx("flex gap-2.5 text-sm", className)}>
      <input
        {...input}
        type={type}
        id={id}
        aria-describedby={description === undefined ? undefined : `${id}-about`}
        className="mt-0.5 size-4 shrink-0"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="block">
          {label}
        </label>
        {description !== undefined && (
          <p id={`${id}-about`} className="text-muted text-xs">
            {description}
          </p>
        )}
      </div>
    </div>
  );
}
