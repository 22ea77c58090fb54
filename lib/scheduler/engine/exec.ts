import { engineFailure } from "./engine-failure.ts";
import { type Engine, engineCall } from "./engine.ts";

/** Runs a shell command inside a container. Resolves with its exit code; rejects when it takes longer than `limit` milliseconds. */
export async function execCommand(engine: Engine, containerId: string, command: string, limit: number): Promise<number> {
  const signal = AbortSignal.timeout(limit);
  try {
    const exec = await engineCall(
      () =>
        engine
          .getContainer(containerId)
          .exec({ Cmd: ["/bin/sh", "-c", command], AttachStdout: true, AttachStderr: true, abortSignal: signal }),
      limit,
    );
    const stream = await engineCall(() => exec.start({ abortSignal: signal }), limit);
    const stop = (): void => {
      stream.destroy(new Error("The command took too long."));
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      for await (const _chunk of stream) if (signal.aborted) break;
    } finally {
      signal.removeEventListener("abort", stop);
      stream.destroy();
    }
    const result = await engineCall(() => exec.inspect(), limit);
    return result.ExitCode ?? -1;
  } catch (error) {
    throw engineFailure(error);
  }
}
