import { RotateCw } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { EnvironmentPage } from "#lib/domain/environments/queries.ts";

/** Why a live release is not there: how often it ended, the reason, when the next try is, and its last words. Nothing while all is well. */
export function CrashLoop({ environment, resetDelay }: { readonly environment: EnvironmentPage; readonly resetDelay: FormAction }) {
  const { incident, id } = environment;
  if (incident === null) return null;
  return (
    <section aria-label="It ends again and again" className="bg-bad-soft overflow-hidden rounded-md border">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2.5 p-3.5 text-sm">
        <RotateCw aria-hidden className="text-bad mt-0.5 size-4 shrink-0" />
        <div className="min-w-0 flex-1 basis-52 space-y-1">
          <h2 className="text-ink text-sm font-medium">It ends again and again</h2>
          <p className="text-ink">
            It ended {incident.count} times since <RelativeTime at={incident.since} />, the last time <RelativeTime at={incident.lastAt} />:{" "}
            <span className="foreign">{incident.reason}</span>
          </p>
          <p className="text-muted">
            {incident.trying ? (
              "Trying again now."
            ) : incident.nextTryAt === null ? (
              "The cluster is starting it again."
            ) : (
              <>
                The cluster waits before it starts it again, longer each time. Next try: <RelativeTime at={incident.nextTryAt} />.
              </>
            )}
          </p>
        </div>
        {incident.mayTryNow && (
          <div className="max-sm:w-full max-sm:pl-7">
            <ActionButton
              action={resetDelay}
              values={{ environment: id }}
              size="sm"
              reason={incident.trying ? "It is being tried already." : null}
            >
              Try now
            </ActionButton>
          </div>
        )}
      </div>
      {incident.tail !== null && incident.tail !== "" && (
        <pre
          // Long lines are scrolled to; so that this works with the keyboard, it can be focused.
          tabIndex={0}
          aria-label="The last lines it wrote"
          className="bg-surface text-ink max-h-56 overflow-auto border-t px-4 py-3 font-mono text-xs whitespace-pre"
        >
          {incident.tail}
        </pre>
      )}
    </section>
  );
}
