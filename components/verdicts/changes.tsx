import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { ConfigurationChange } from "#lib/domain/verdicts/configuration.ts";

/** What is not as it was: each with who changed it and when. */
export function Changes({ changes }: { readonly changes: readonly ConfigurationChange[] }) {
  return (
    <ul className="space-y-0.5">
      {changes.map((change) => (
        <li key={`${change.kind} ${change.name}`}>
          {change.kind === "image" ? (
            "Another image went live"
          ) : (
            <>
              <code className="font-mono">
                <bdi>{change.name}</bdi>
              </code>{" "}
              changed
            </>
          )}
          {change.by !== null && (
            <>
              {" "}
              by <bdi>{change.by}</bdi>
            </>
          )}
          {change.at !== null && (
            <>
              {" "}
              <RelativeTime at={change.at} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
