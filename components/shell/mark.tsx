import { clsx } from "clsx";

/** Berth's sign: a ship in its berth, seen from above. */
export function Mark({ className }: { readonly className?: string | undefined }) {
  return (
    <svg aria-hidden viewBox="0 0 20 20" fill="none" className={clsx("shrink-0", className)}>
      <path d="M3 3v8.5a5.5 5.5 0 0 0 5.5 5.5h3a5.5 5.5 0 0 0 5.5-5.5V3" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M10 1.5c1.7 1.4 2.6 3.2 2.6 5.3v4.4a1.3 1.3 0 0 1-1.3 1.3H8.7a1.3 1.3 0 0 1-1.3-1.3V6.8c0-2.1.9-3.9 2.6-5.3Z"
        className="fill-link"
      />
    </svg>
  );
}
