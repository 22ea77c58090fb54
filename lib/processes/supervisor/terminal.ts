/**
 * What the person in front of the terminal sees: one line per part as it gets ready, what is still under way with its
 * time, and later only what needs attention.
 */
export interface Terminal {
  /** Runs `work` as a part's start: shown as under way, then as one line. `work` returns what to say behind the name. */
  start(name: string, work: (note: (text: string) => void) => Promise<string>): Promise<void>;
  /** A line of its own, above what is under way. */
  say(text: string): void;
  /** Something that needs attention, with the part's name and the time. */
  warn(name: string, text: string): void;
  /** From now on only `say` is heard: what starts or complains while everything ends helps nobody. */
  hush(): void;
}

export interface TerminalStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface Step {
  readonly name: string;
  readonly startedAt: number;
  note: string;
}

const clearLine = "\r\u001B[K";
const drawMilliseconds = 200;
const signOfLifeMilliseconds = 15_000;
const nameWidth = 15;
const lineWidth = 110;

export function createTerminal(stream: TerminalStream, options: { color: boolean }): Terminal {
  const isTerminal = stream.isTTY === true;
  const running = new Set<Step>();
  const paint = (code: number, text: string) => (options.color ? `\u001B[${code}m${text}\u001B[0m` : text);
  const describe = () =>
    [...running]
      .map((step) => `${step.name} ${formatDuration(performance.now() - step.startedAt)}${step.note === "" ? "" : ` (${step.note})`}`)
      .join(", ");
  const state = { hushed: false };
  const draw = () => running.size > 0 && stream.write(`${clearLine}  ${paint(2, `… ${describe()}`.slice(0, lineWidth))}`);
  const say = (text: string) => {
    stream.write(`${isTerminal ? clearLine : ""}${text}\n`);
    if (isTerminal) draw();
  };
  const timer = isTerminal
    ? setInterval(draw, drawMilliseconds)
    : setInterval(() => running.size > 0 && say(`  … ${describe()}`), signOfLifeMilliseconds);
  timer.unref();
  return {
    say,
    warn: (name, text) => state.hushed || say(`  ${paint(33, "!")} ${new Date().toLocaleTimeString("en-GB")} ${name}: ${text}`),
    hush: () => {
      state.hushed = true;
      running.clear();
      clearInterval(timer);
    },
    start: async (name, work) => {
      const step: Step = { name, startedAt: performance.now(), note: "" };
      running.add(step);
      try {
        const result = await work((text) => (step.note = text));
        if (!running.delete(step)) return;
        const missing = result.startsWith("–");
        const line = `  ${missing ? paint(33, "–") : paint(32, "✓")} ${name.padEnd(nameWidth)} ${missing ? result.slice(1).trim() : result}`;
        say(`${line} ${paint(2, formatDuration(performance.now() - step.startedAt))}`);
      } catch (error) {
        if (running.delete(step)) say(`  ${paint(31, "✗")} ${name}`);
        throw error;
      }
    },
  };
}

/** "850 ms", "12.3 s" or "3 min 20 s". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 100_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
