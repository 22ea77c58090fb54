import { clsx } from "clsx";

/** Something is under way. Drawn with a border, because buttons everywhere need it and an icon would be code to load. */
export function Spinner({ className }: { readonly className?: string | undefined }) {
  return (
    <span aria-hidden className={clsx("animate-turn inline-block rounded-full border-2 border-current border-r-transparent", className)} />
  );
}
