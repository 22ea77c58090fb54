import { clsx } from "clsx";

/** A quiet block in place of something that is being loaded. */
export function Skeleton({ className }: { readonly className?: string | undefined }) {
  return <div aria-hidden className={clsx("animate-breathe bg-press rounded-sm", className)} />;
}
