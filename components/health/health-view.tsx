import { Section } from "#components/ui/card.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { type Status, StatusBadge } from "#components/ui/status-badge.tsx";
import type { Health, PartHealth } from "#lib/domain/health/queries.ts";

const states: Record<PartHealth["state"], { readonly status: Status; readonly word?: string }> = {
  up: { status: "up" },
  down: { status: "down" },
  off: { status: "stopped", word: "Off" },
  unknown: { status: "unknown" },
};

const sentences: Record<Health["state"], string> = {
  up: "Every part of Berth works.",
  degraded: "Some parts do not work; the others go on.",
  down: "Berth cannot do its work right now.",
};

/** How the parts of this installation are, since when, and what they say. */
export function HealthView({ health }: { readonly health: Health }) {
  return (
    <div className="space-y-5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <StatusBadge status={health.state} />
        {sentences[health.state]}
        <span className="text-faint text-xs tabular-nums">
          {health.queue.running} {health.queue.running === 1 ? "job runs" : "jobs run"}, {health.queue.waiting} wait · Berth{" "}
          {health.version}
        </span>
      </p>
      <Section title="Parts" bodyClassName="">
        <ul className="divide-y">
          {health.parts.map((part) => (
            <li key={part.part} data-part={part.part} className="grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[10rem_7rem_1fr_auto]">
              <h3 className="text-sm font-medium">{part.title}</h3>
              <span className="flex h-5 items-center">
                <StatusBadge quiet {...states[part.state]} />
              </span>
              <div className="text-muted min-w-0 text-xs leading-5">
                {part.detail !== null && <p className="foreign">{part.detail}</p>}
                <Facts facts={part.facts} />
              </div>
              <span className="text-faint text-xs leading-5 whitespace-nowrap">
                {part.since !== null && (
                  <>
                    since <RelativeTime at={part.since} short />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, string>> }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-0.5">
      {entries.map(([name, value]) => (
        <div key={name} className="flex min-w-0 gap-1.5">
          <dt className="text-faint">{name}</dt>
          <dd className="foreign tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
