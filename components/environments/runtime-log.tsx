import { ScrollText } from "lucide-react";

import { LogPanel } from "#components/logs/log-panel.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { EnvironmentPage } from "#lib/domain/environments/queries.ts";

/** What the app itself writes, live. */
export function RuntimeLog({ environment }: { readonly environment: EnvironmentPage }) {
  if (environment.logUrl === null || !environment.mayReadLogs) {
    return (
      <div className="bg-surface rounded-md border">
        <EmptyState icon={<ScrollText aria-hidden />} title={environment.mayReadLogs ? "No log" : "You may not read this log"}>
          {environment.mayReadLogs
            ? "There is nothing running that could write one."
            : "An admin of the project decides which roles may read logs in this stage."}
        </EmptyState>
      </div>
    );
  }
  return (
    <LogPanel
      title="Runtime log"
      url={environment.logUrl}
      waiting={environment.live === null ? "The app has not been started yet." : "Waiting for the app to write something…"}
      className="h-[min(70dvh,48rem)] min-h-80"
    />
  );
}
