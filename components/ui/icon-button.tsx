import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

interface IconLook {
  /** What it does, for screen readers and as the tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly size?: "sm" | "md" | undefined;
}

/** The classes of a square button that shows only an icon. */
export function iconButtonClass(size: "sm" | "md" = "md", className?: string): string {
  return clsx(
    "text-muted hover:bg-hover hover:text-ink active:bg-press inline-grid shrink-0 place-items-center transition-colors duration-100",
    "disabled:pointer-events-none disabled:opacity-50",
    size === "sm" ? "size-6 rounded-xs [&_svg]:size-3.5" : "size-8 rounded-sm [&_svg]:size-4",
    className,
  );
}

/** A button with an icon alone; its name appears as a tooltip. */
export function IconButton({
  label,
  icon,
  size,
  className,
  type = "button",
  ...rest
}: Omit<ComponentProps<"button">, "children" | "aria-label"> & IconLook) {
  return (
    <button type={type} aria-label={label} data-tip={label} className={iconButtonClass(size, className)} {...rest}>
      {icon}
    </button>
  );
}
