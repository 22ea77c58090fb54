import { clsx } from "clsx";

interface ControlLook {
  readonly mono?: boolean | undefined;
  readonly tall?: boolean | undefined;
  readonly select?: boolean | undefined;
  readonly className?: string | undefined;
}

/** The classes of an input, a select or a textarea. */
export function controlClass({ mono = false, tall = false, select = false, className }: ControlLook = {}): string {
  return clsx(
    // Below 16 px a phone zooms into the field.
    "border-edge bg-surface text-ink shadow-card w-full min-w-0 rounded-sm border text-lg sm:text-sm",
    "hover:border-faint focus-visible:border-focus transition-colors duration-100 focus-visible:outline-offset-0",
    "disabled:bg-sunken disabled:text-faint aria-invalid:border-bad [&[readonly]]:bg-sunken",
    tall ? "px-3 py-2" : "h-9 px-3 sm:h-8",
    mono && "font-mono",
    select && "control-select appearance-none pr-8",
    className,
  );
}
