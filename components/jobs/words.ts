import { durationText } from "#components/ui/time-text.ts";

/** What happens when it is due while it still runs. */
export const concurrencyWords = {
  forbid: "Skip the new run",
  allow: "Let them run side by side",
  replace: "Stop the old run, begin the new one",
} as const;

/** Who keeps the time of a job that Berth does not. */
export const executorWords = { apps: null, chronos: "Chronos", metronome: "Metronome" } as const;

/** A number of seconds as people say it. */
export function secondsText(seconds: number): string {
  if (seconds > 0 && seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds > 0 && seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  if (seconds > 0 && seconds % 60 === 0) return `${seconds / 60} min`;
  return seconds === 0 ? "none" : durationText(seconds * 1000);
}
