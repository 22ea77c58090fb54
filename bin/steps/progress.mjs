/** Long steps show what is running and for how long; short ones leave one line behind. */
const isTerminal = process.stdout.isTTY === true;
const clear = "\r\u001B[K";
const stillRunningSeconds = 15;

const paint = (code, text) => (isTerminal && process.env["NO_COLOR"] === undefined ? `\u001B[${code}m${text}\u001B[0m` : text);
export const green = (text) => paint(32, text);
export const red = (text) => paint(31, text);
export const dim = (text) => paint(2, text);

/** "850 ms", "12.3 s" or "3 min 20 s". */
export function formatDuration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 100_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs `work(note)` under a title, with the elapsed time on a terminal and a sign of life every 15 s elsewhere.
 * `note(text)` replaces the particulars behind the title. Rethrows what `work` throws, after marking the step.
 */
export async function step(title, work) {
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  let particulars = "";
  const draw = () => process.stdout.write(`${clear}  … ${title} ${dim(`${Math.round(elapsed() / 1000)} s ${particulars}`.slice(0, 100))}`);
  const speak = () => console.log(`  … ${title}: ${Math.round(elapsed() / 1000)} s ${particulars}`);
  if (isTerminal) draw();
  else console.log(`  … ${title}`);
  const timer = setInterval(isTerminal ? draw : speak, isTerminal ? 250 : stillRunningSeconds * 1000);
  const finish = (mark) => {
    clearInterval(timer);
    console.log(`${isTerminal ? clear : ""}  ${mark} ${title} ${dim(formatDuration(elapsed()))}`);
  };
  try {
    const result = await work((text) => {
      particulars = text;
    });
    finish(green("✓"));
    return result;
  } catch (error) {
    finish(red("✗"));
    throw error;
  }
}
