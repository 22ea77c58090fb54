import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export interface ProcessGroup {
  readonly child: ChildProcessWithoutNullStreams;
  /** Asks the whole group to end and, two seconds later, makes it. Safe to call again and after the end. */
  readonly end: () => void;
}

interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const graceMs = 2_000;

/** Starts a program as the leader of its own process group, so that its helpers (transports, ssh, index-pack) end with it. No shell. */
export function startProcessGroup(file: string, args: readonly string[], options: StartOptions): ProcessGroup {
  const env = { ...options.env, NODE_ENV: "production" as const };
  const child = spawn(file, args, { cwd: options.cwd, env, shell: false, detached: true, stdio: "pipe", windowsHide: true });
  // Writing to a program that has ended already is answered by its exit code; the pipe's own error says nothing more.
  child.stdin.on("error", () => undefined);
  let ending: NodeJS.Timeout | undefined;
  child.once("exit", () => {
    if (ending === undefined) return;
    clearTimeout(ending);
    signalGroup(child.pid, "SIGKILL");
  });
  return {
    child,
    end() {
      if (ending !== undefined || child.exitCode !== null || child.signalCode !== null) return;
      // git removes its lock and temporary files on SIGTERM, so it is asked before it is made.
      signalGroup(child.pid, "SIGTERM");
      ending = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
    },
  };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended by itself.
  }
}
