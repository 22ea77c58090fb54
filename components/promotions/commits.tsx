import { CommitRef } from "#components/ui/commit-ref.tsx";
import type { RangeCommit, RangeView } from "#lib/domain/promotions/range-view.ts";

/** The commits that come in and those that go, since what runs there. */
export function Commits({ range }: { readonly range: RangeView }) {
  switch (range.state) {
    case "first":
      return <span className="text-muted">Nothing to compare with: it is the first release there.</span>;
    case "same":
      return <span className="text-muted">The same commit.</span>;
    case "reading":
      return <span className="text-muted">Berth is reading them from Git; this takes a few seconds.</span>;
    case "known":
      return (
        <div className="space-y-1.5">
          <p className="text-muted">
            {inAndOut(range)} · {range.filesCount} {range.filesCount === 1 ? "file differs" : "files differ"}
            {!range.complete && " · the history at hand does not reach far enough to be sure"}
          </p>
          <List commits={range.commitsIn} label="Commits in" sign="+" />
          <List commits={range.commitsOut} label="Commits out" sign="−" />
        </div>
      );
  }
}

function List({ commits, label, sign }: { readonly commits: readonly RangeCommit[]; readonly label: string; readonly sign: string }) {
  if (commits.length === 0) return null;
  return (
    <ul aria-label={label} tabIndex={0} className="bg-sunken max-h-40 space-y-1 overflow-y-auto rounded-sm border p-2 text-xs">
      {commits.map((commit) => (
        <li key={commit.commit} className="flex min-w-0 items-center gap-2">
          <span aria-hidden className={sign === "+" ? "text-good font-mono" : "text-bad font-mono"}>
            {sign}
          </span>
          <CommitRef commit={commit.commit} subject={commit.subject} className="min-w-0 grow" />
          <bdi className="text-faint max-w-32 shrink-0 truncate">{commit.author}</bdi>
        </li>
      ))}
    </ul>
  );
}

function inAndOut({ inCount, outCount }: { readonly inCount: number; readonly outCount: number }): string {
  if (outCount === 0) return `${countWords(inCount)} in`;
  return inCount === 0 ? `${countWords(outCount)} out` : `${countWords(inCount)} in, ${countWords(outCount)} out`;
}

function countWords(count: number): string {
  return count === 1 ? "1 commit" : `${count} commits`;
}
