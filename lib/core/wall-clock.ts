/** Dates as a clock on a wall shows them, and the instants they are. Zones by their IANA names. */

/** Milliseconds since the epoch as if the wall clock were UTC. */
type WallMs = number;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Whether the name is one of a zone this machine knows. Bare offsets such as +02:00 are not: they know nothing of summer. */
export function isTimeZone(timeZone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(timeZone)) return false;
  try {
    formatOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** What the wall clock of the zone shows at an instant, as milliseconds as if it were UTC. */
export function wallOf(at: Date, timeZone: string): WallMs {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value);
  const wall = Date.UTC(
    parts["year"] ?? 0,
    (parts["month"] ?? 1) - 1,
    parts["day"] ?? 1,
    parts["hour"] ?? 0,
    parts["minute"] ?? 0,
    parts["second"] ?? 0,
  );
  return wall + (((at.getTime() % 1000) + 1000) % 1000);
}

/**
 * The instant at which the zone's wall clock shows `wall`. Where the clocks show it twice, `which` one; where they skip it, the instant
 * that is as long after the jump as the time is after the skipped hour's beginning.
 */
export function instantOf(wall: WallMs, timeZone: string, which: "first" | "last"): Date {
  const offsetAt = (ms: number) => wallOf(new Date(ms), timeZone) - ms;
  // No zone's offset differs by more than a day from one day to the next, and none changes twice within two.
  const offsets = [offsetAt(wall - 86_400_000), offsetAt(wall + 86_400_000)];
  const candidates = offsets.map((offset) => wall - offset).filter((ms) => wallOf(new Date(ms), timeZone) === wall);
  if (candidates.length > 0) return new Date(which === "first" ? Math.min(...candidates) : Math.max(...candidates));
  return new Date(wall - (offsets[0] ?? 0));
}

/** `2026-11-20T16:00` as a wall clock's time; null for what is no date and time. */
export function parseWall(text: string): WallMs | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const read = new Date(wall);
  const same =
    read.getUTCMonth() === month - 1 && read.getUTCDate() === day && read.getUTCHours() === hour && read.getUTCMinutes() === minute;
  return same ? wall : null;
}

/** The instant as the zone's wall clock shows it, `2026-11-20 16:00`. */
export function wallText(at: Date, timeZone: string): string {
  return new Date(wallOf(at, timeZone)).toISOString().slice(0, 16).replace("T", " ");
}
