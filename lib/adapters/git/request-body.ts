import type { IncomingMessage } from "node:http";
import { pipeline, Transform, type Writable } from "node:stream";
import { createGunzip } from "node:zlib";

import { createCommandCheck, type PushJudge, type PushJudgeAgain, PushRefused } from "./receive-commands.ts";

/** The body has more bytes than the caller allows. */
export class BodyTooLarge extends Error {}

interface BodyOptions {
  /** Counted after decompression. */
  readonly maxBodyBytes: number;
  /** Whether the body is a push, whose list of commands is read over first. */
  readonly isPush: boolean;
  /** Asked about a push's list of commands before git hears of it. */
  readonly judge?: PushJudge | undefined;
  readonly judgeAgain?: PushJudgeAgain | undefined;
  readonly onProgress: () => void;
  /** Called before git notices that the body breaks off: whoever ends git here hears no opinion of its about half a push. */
  readonly onRefusal: () => void;
}

/**
 * Streams a request's body into git: unpacked, counted, checked. Resolves with null when git has all it wanted, or with the reason why the
 * rest is not wanted: PushRefused, BodyTooLarge, or a broken encoding. The request itself stays open, so that it can be answered.
 */
export async function deliverBody(request: IncomingMessage, stdin: Writable, options: BodyOptions): Promise<Error | null> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (!["identity", "gzip", "x-gzip"].includes(encoding)) return new PushRefused("That content encoding is not supported.");
  const limit = createByteLimit(options);
  const unpack = encoding === "identity" ? [] : [createGunzip()];
  const stages = [...unpack, limit, ...(options.isPush ? [createCommandCheck(options.judge, options.judgeAgain)] : [])];
  const entrance = stages[0] ?? limit;
  for (const stage of stages) stage.once("error", options.onRefusal);
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    pipeline([...stages, stdin], (failure) => resolve(failure ?? null));
    request.once("close", () => {
      if (!request.complete) entrance.destroy(new Error("The client went away."));
    });
    request.pipe(entrance);
  });
  request.unpipe(entrance);
  // That git stopped reading is answered by git itself.
  return error === null || error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE" ? null : error;
}

function createByteLimit({ maxBodyBytes, onProgress }: Pick<BodyOptions, "maxBodyBytes" | "onProgress">): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      onProgress();
      seen += chunk.length;
      if (seen > maxBodyBytes) callback(new BodyTooLarge("The body is too large."));
      else callback(null, chunk);
    },
  });
}

/** Reads and forgets what a client still sends, for at most `maxBytes` and `timeoutMs`: a client that is sending does not listen. */
export async function drain(request: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<void> {
  if (request.complete || request.destroyed) return void request.resume();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      resolve();
    };
    let seen = 0;
    request.on("data", (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > maxBytes) finish();
    });
    request.once("end", finish).once("close", finish);
    request.resume();
  });
}
