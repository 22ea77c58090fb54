import { clsx } from "clsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "icon" | "sm" | "md" | "lg";

export interface ButtonLook {
  readonly variant?: ButtonVariant | undefined;
  readonly size?: ButtonSize | undefined;
  readonly className?: string | undefined;
}

const base =
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap font-medium transition-colors duration-100 " +
  "disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:shrink-0";

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent shadow-card hover:bg-accent-strong active:bg-accent-strong",
  secondary: "border border-line-strong bg-surface text-ink shadow-card hover:bg-hover active:bg-press",
  ghost: "text-muted hover:bg-hover hover:text-ink active:bg-press",
  danger: "bg-danger text-on-accent shadow-card hover:bg-danger-strong active:bg-danger-strong",
};

const sizes: Record<ButtonSize, string> = {
  icon: "size-6 rounded-xs [&_svg]:size-3.5",
  sm: "h-7 rounded-sm px-2.5 text-xs [&_svg]:size-3.5",
  md: "h-8 rounded-sm px-3 text-sm [&_svg]:size-4",
  lg: "h-10 rounded-md px-4 text-base [&_svg]:size-4",
};

/** The classes of a button, for buttons and for links that look like one. */
export function buttonClass({ variant = "secondary", size = "md", className }: ButtonLook): string {
  return clsx(base, variants[variant], sizes[size], className);
}
