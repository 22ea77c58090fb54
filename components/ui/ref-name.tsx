import { clsx } from "clsx";
import { GitBranch, Tag } from "lucide-react";

/** The name of a branch or tag, whole; cut only by the room there is, with all of it on hover. */
export function RefName({
  kind,
  name,
  className,
}: {
  readonly kind: "branch" | "tag";
  readonly name: string;
  readonly className?: string | undefined;
}) {
  const Icon = kind === "branch" ? GitBranch : Tag;
  return (
    <span className={clsx("inline-flex min-w-0 items-center gap-1.5", className)} title={name}>
      <Icon aria-hidden className="text-faint size-3.5 shrink-0" />
      <span className="sr-only">{kind} </span>
      <bdi className="truncate">{name}</bdi>
    </span>
  );
}
