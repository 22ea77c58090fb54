import { type Exec } from "dockerode";

import { EngineFailure, engineFailure } from "./engine-failure.ts";
import { type Engine, engineCall } from "./engine.ts";

/** Runs a shell command inside a container. Resolves with its exit code; rejects when it takes longer than `limit` milliseconds. */
export type CommandRunner = (containerId: string, command: string, limit: number) => Promise<number>;

/**
 * The engine cannot end a command it started. So one that took too long is remembered, and not started a second time before it has ended:
 * a command that hangs must not fill the container with its likes.
 */
export function createCommandRunner(engine: Engine): CommandRunner {
  const hanging = new Map<string, Exec>();
  return async (containerId, command, limit) => {
    const key = `${containerId} ${command}`;
    try {
      const earlier = hanging.get(key);
      if (earlier !== undefined && (await isRunning(earlier)))
        throw new EngineFailure("refused", "The command of the last check still runs", undefined);
      hanging.delete(key);
      const exec = await engineCall(
        () => engine.getContainer(containerId).exec({ Cmd: ["/bin/sh", "-c", command], AttachStdout: true, AttachStderr: true }),
        limit,
      );
      hanging.set(key, exec);
      await finished(exec, limit);
      hanging.delete(key);
      const result = await engineCall(() => exec.inspect(), limit);
      return result.ExitCode ?? -1;
    } catch (error) {
      throw engineFailure(error);
    }
  };
}

async function isRunning(exec: Exec): Promise<boolean> {
  try {
    return (await engineCall(() => exec.inspect(), 5_000)).Running;
  } catch {
    // The container is gone, and the command with it.
    return false;
  }
}

/** Starts the command and reads its output away until it ends. */
async function finished(exec: Exec, limit: number): Promise<void> {
  const stream = await engineCall(() => exec.start({}), limit);
  const timer = setTimeout(() => stream.destroy(new EngineFailure("refused", "The command took too long", undefined)), limit);
  try {
    for await (const _chunk of stream) continue;
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}
