import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, without a shell; gives what it wrote. Throws with the end of its errors. */
export async function run(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = start(file, args, options);
  const [output, errors, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended(child)]);
  if (code !== 0) throw new Error(`${file} ${args[0] ?? ""} ended with ${code}: ${errors.toString().slice(-2_000)}`);
  return output.toString();
}

/** `first | second`, as a shell would join them. */
export async function pipe(
  first: { file: string; args: readonly string[] },
  second: { file: string; args: readonly string[] },
  options: CommandOptions = {},
): Promise<void> {
  const [from, to] = [start(first.file, first.args, options), start(second.file, second.args, options)];
  from.stdout.pipe(to.stdin);
  to.stdin.on("error", () => undefined);
  from.stdin.end();
  const told = [from.stderr, to.stderr, to.stdout].map((stream) => buffer(stream));
  const codes = await Promise.all([ended(from), ended(to)]);
  if (codes.some((code) => code !== 0))
    throw new Error(`${first.file} | ${second.file} failed: ${(await Promise.all(told)).join("\n").slice(-2_000)}`);
}

function start(file: string, args: readonly string[], options: CommandOptions) {
  const child = spawn(file, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    shell: false,
    stdio: ["pipe", "pipe", "pipe"],
  });
  return child;
}

function ended(child: ReturnType<typeof start>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 128));
  });
}
