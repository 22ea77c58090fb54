import { spawn } from "node:child_process";

/** A mistake the person in front of the terminal can mend: its message is the whole story, no stack is shown. */
export class StepError extends Error {}

const tailLines = 60;

/**
 * Runs a program without a shell and gives its output (standard output and error, last megabyte). Throws StepError with
 * the last lines when it ends with another code than 0, unless `check` is false.
 */
export function run(file, args, { cwd, env = process.env, onLine = () => undefined, check = true, name = file, inherit = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, shell: false, stdio: inherit ? "inherit" : ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk) => {
      output = (output + chunk).slice(-1_000_000);
      const line = output.trimEnd().split(/\r?\n/).at(-1);
      if (line !== undefined) onLine(line);
    };
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.on("error", (error) => reject(new StepError(`${name} could not be started: ${error.message}.`, { cause: error })));
    child.on("close", (code, signal) => {
      if (code === 0 || !check) return resolve({ code: code ?? 128, signal, output });
      const told = output
        .trimEnd()
        .split("\n")
        .filter((line) => !/^\s+at /.test(line));
      const tail = told.slice(-tailLines).join("\n");
      reject(new StepError(`${name} failed (${signal ?? `exit code ${code}`}).${tail === "" ? "" : `\n${tail}`}`));
    });
  });
}

/** Runs the main function of a bin script; a StepError becomes its sentence, anything else keeps its stack. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof StepError ? `\n${error.message}\n` : error);
    process.exitCode = 1;
  }
}
