import { clsx } from "clsx";
import { GitCommitHorizontal } from "lucide-react";

/** The first seven digits of a commit, and its subject when there is room for one. */
export function CommitRef({
  commit,
  subject,
  className,
}: {
  readonly commit: string;
  readonly subject?: string | null | undefined;
  readonly className?: string | undefined;
}) {
  return (
    <span className={clsx("inline-flex min-w-0 items-center gap-1.5", className)}>
      <GitCommitHorizontal aria-hidden className="text-faint size-3.5 shrink-0" />
      <code className="text-muted shrink-0 font-mono" title={commit}>
        <span className="sr-only">commit </span>
        {commit.slice(0, 7)}
      </code>
      {subject !== undefined && subject !== null && subject !== "" && (
        <bdi className="truncate" title={subject}>
          {subject}
        </bdi>
      )}
    </span>
  );
}
