"use client";

import { useId, useMemo, useState } from "react";

import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { type Executor, whyNotOutside } from "#lib/domain/jobs/gates-of-schedulers.ts";
import type { JobRow } from "#lib/domain/jobs/rows.ts";
import { type ScheduleKind, nextRuns, readSchedule, scheduleKinds, scheduleMaxLength } from "#lib/domain/jobs/schema-of-schedules.ts";
import { scheduleWords } from "#lib/domain/jobs/words-of-schedules.ts";

const shown = 5;
const kinds: Readonly<Record<ScheduleKind, string>> = {
  none: "Only when somebody starts it",
  cron: "By a cron pattern",
  repeat: "By an ISO 8601 repeat",
};
const hints: Readonly<Record<ScheduleKind, string>> = {
  none: "",
  cron: "Minute, hour, day of the month, month, day of the week.",
  repeat: "R/start/period, or R5/start/period for five times. An empty start is now.",
};
const examples: Readonly<Record<ScheduleKind, string>> = { none: "", cron: "0 3 * * *", repeat: "R/2026-12-01T03:00/P1D" };

/** When a job runs: what is typed, in words, and the next times in its zone, by the very rules the server follows. */
export function ScheduleFields({ edited, scheduler }: { readonly edited: JobRow | null; readonly scheduler: Executor }) {
  const [kind, setKind] = useState<ScheduleKind>(edited?.scheduleKind ?? "cron");
  const [text, setText] = useState(edited?.schedule ?? "");
  const [zone, setZone] = useState(edited?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const zones = useId();
  return (
    <div className="space-y-3 border-t pt-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <FormSelectField
          name="scheduleKind"
          label="When it runs"
          value={kind}
          onChange={(event) => setKind(scheduleKinds.find((each) => each === event.target.value) ?? "none")}
        >
          {scheduleKinds.map((each) => (
            <option key={each} value={each}>
              {kinds[each]}
            </option>
          ))}
        </FormSelectField>
        <FormTextField
          name="timeZone"
          label="Time zone"
          required
          list={zones}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          value={zone}
          onChange={(event) => setZone(event.target.value)}
        />
        <datalist id={zones}>
          {Intl.supportedValuesOf("timeZone").map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </datalist>
      </div>
      {kind !== "none" && (
        <>
          <FormTextField
            name="schedule"
            label={kind === "cron" ? "Pattern" : "Repeat"}
            mono
            required
            maxLength={scheduleMaxLength}
            autoComplete="off"
            spellCheck={false}
            placeholder={examples[kind]}
            hint={hints[kind]}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Preview kind={kind} text={text} zone={zone} scheduler={scheduler} />
        </>
      )}
    </div>
  );
}

function Preview({
  kind,
  text,
  zone,
  scheduler,
}: {
  readonly kind: ScheduleKind;
  readonly text: string;
  readonly zone: string;
  readonly scheduler: Executor;
}) {
  const said = useMemo(() => preview(kind, text, zone, scheduler), [kind, text, zone, scheduler]);
  if (text.trim() === "") return null;
  return (
    <div aria-live="polite" className="bg-sunken rounded-sm border px-3 py-2.5 text-sm">
      {"problem" in said ? (
        <p className="text-bad text-xs">{said.problem}</p>
      ) : (
        <>
          <p className="font-medium">{said.words}</p>
          {said.times.length === 0 ? (
            <p className="text-warn mt-1 text-xs">It never runs again: its last time is over.</p>
          ) : (
            <>
              <p className="text-faint mt-1.5 text-xs">
                The next {said.times.length === 1 ? "run" : `${said.times.length} runs`}, in {zone}:
              </p>
              <ol className="text-muted mt-1 space-y-0.5 text-xs tabular-nums">
                {said.times.map((time) => (
                  <li key={time}>{time}</li>
                ))}
              </ol>
            </>
          )}
        </>
      )}
    </div>
  );
}

function preview(
  kind: ScheduleKind,
  text: string,
  zone: string,
  scheduler: Executor,
): { readonly words: string; readonly times: readonly string[] } | { readonly problem: string } {
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const read = readSchedule({ scheduleKind: kind, schedule: text, timeZone: zone }, now);
  if ("problem" in read) return { problem: read.problem.message };
  const refusal = whyNotOutside(scheduler, { schedule: read.schedule, concurrency: "forbid", startKind: "command", mem: 1024 });
  if (refusal !== null) return { problem: refusal.message };
  const format = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
    timeZoneName: "short",
  });
  // One that begins when it is saved has its first run now.
  return {
    words: scheduleWords(read.schedule),
    times: nextRuns(read.schedule, new Date(now.getTime() - 1), shown).map((at) => format.format(at)),
  };
}
