import { clsx } from "clsx";

/** A person's initials in a circle. Decorative: the name stands beside it or in the title. */
export function Avatar({ name, className }: { readonly name: string; readonly className?: string | undefined }) {
  return (
    <span
      aria-hidden
      title={name}
      className={clsx(
        "bg-press text-2xs text-muted inline-grid size-6 shrink-0 place-items-center rounded-full font-semibold select-none",
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}

/** At most two letters: of the first and last word, or of the part before the @ of an address. */
export function initials(name: string): string {
  const words = (name.split("@")[0] ?? name).split(/[\s._-]+/u).filter((word) => word !== "");
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}
