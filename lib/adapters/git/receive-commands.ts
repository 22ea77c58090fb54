import { Transform, type TransformCallback } from "node:stream";

import { parseFullRef, type RefName } from "./ref-name.ts";

/** Why a push is not accepted, in words for the person who pushes. */
export class PushRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PushRefused";
  }
}

/** One line of a push: what the client wants a branch or tag to become, and what it believes it to be now. */
export interface RefCommand {
  readonly ref: RefName;
  /** The client's belief; null: it does not exist. */
  readonly oldId: string | null;
  /** Null: delete it. */
  readonly newId: string | null;
}

/** Says in words why a push is not accepted as a whole, or null. Asked once, before git hears of any of it. */
export type PushJudge = (commands: readonly RefCommand[]) => Promise<string | null>;

/**
 * The same again while the push arrives, before more of it reaches git, and when all of it is here and git, which has had
 * everything but the last bytes, has moved nothing yet: between the first word and the last a slow push may take hours.
 */
export type PushJudgeAgain = () => Promise<string | null>;

/** The checksum that no pack is whole without. */
const keptBack = 20;
const judgedForMs = 1_000;
const maxCommands = 10_000;
const maxCommandBytes = 4 * 1024 * 1024;
const flush = "0000";

/**
 * Passes a push through unchanged, after having read its list of commands: only branches and tags with names Berth can use, at most 10 000 at once.
 * Nothing reaches git before the whole list was read and judged, and its last bytes not before it was judged again. Fails with PushRefused.
 */
export function createCommandCheck(judge: PushJudge = noObjection, judgeAgain: PushJudgeAgain = noObjection): Transform {
  const list = createListReader();
  let passing = false;
  let judgedAt = 0;
  let tail: Buffer = Buffer.alloc(0);

  async function admit(ask: PushJudgeAgain, chunk: Buffer, callback: TransformCallback): Promise<void> {
    const error = await objectionOf(ask);
    if (error !== null) return callback(error);
    passing = true;
    judgedAt = performance.now();
    pass(chunk, callback);
  }

  /** All but the last bytes go on. */
  function pass(chunk: Buffer, callback: TransformCallback): void {
    const whole = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    const end = Math.max(0, whole.length - keptBack);
    // A copy: twenty bytes are not to keep all that they came with.
    tail = Buffer.from(whole.subarray(end));
    callback(null, end === 0 ? undefined : whole.subarray(0, end));
  }

  async function finish(callback: TransformCallback): Promise<void> {
    const error = passing ? await objectionOf(judgeAgain) : new PushRefused("The push ended in the middle of its list of changes.");
    callback(error, error === null ? tail : undefined);
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      if (passing) return performance.now() - judgedAt < judgedForMs ? pass(chunk, callback) : void admit(judgeAgain, chunk, callback);
      let held: Buffer | null;
      try {
        held = list.read(chunk);
      } catch (error) {
        return callback(error instanceof Error ? error : new Error(String(error)));
      }
      if (held === null) return callback();
      void admit(() => judge(list.commands), held, callback);
    },
    flush: (callback) => void finish(callback),
  });
}

/** Reads a push's list of commands from whatever pieces it comes in; gives all that was read when the list is over. */
function createListReader() {
  let held: Buffer = Buffer.alloc(0);
  let position = 0;
  let lines = 0;
  const commands: RefCommand[] = [];

  /** Reads complete packets; true when the list is over. */
  function readPackets(): boolean {
    while (held.length - position >= 4) {
      const length = held.toString("latin1", position, position + 4);
      if (length === flush) return true;
      const size = /^[0-9a-f]{4}$/i.test(length) ? Number.parseInt(length, 16) : 0;
      if (size <= 4) throw new PushRefused("That is not a push git would send.");
      if (held.length - position < size) return false;
      lines += 1;
      if (lines > maxCommands) throw new PushRefused(`A push changes at most ${maxCommands} branches and tags; push fewer at once.`);
      const command = parseCommand(held.subarray(position + 4, position + size));
      if (command !== null) commands.push(command);
      position += size;
    }
    return false;
  }

  return {
    commands,
    read(chunk: Buffer): Buffer | null {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      if (!readPackets()) {
        if (held.length > maxCommandBytes) throw new PushRefused("The list of changes is too long; push fewer at once.");
        return null;
      }
      const whole = held;
      held = Buffer.alloc(0);
      return whole;
    },
  };
}

const noObjection = () => Promise.resolve(null);

async function objectionOf(ask: PushJudgeAgain): Promise<Error | null> {
  try {
    const reason = await ask();
    return reason === null ? null : new PushRefused(reason);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** One line `<old id> <new id> <ref>`, the first with capabilities after a NUL; null for the `shallow <id>` lines that come before. */
function parseCommand(packet: Buffer): RefCommand | null {
  const nul = packet.indexOf(0);
  const bytes = nul === -1 ? packet : packet.subarray(0, nul);
  let line: string;
  try {
    line = decoder.decode(bytes).replace(/\n$/, "");
  } catch {
    throw new PushRefused("A branch or tag name is not valid UTF-8.");
  }
  if (/^shallow [0-9a-f]{40,64}$/.test(line)) return null;
  const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (.+)$/su.exec(line);
  if (match === null) throw new PushRefused("Signed pushes and push options are not supported.");
  const ref = parseFullRef(match[3] ?? "");
  if (ref === null) {
    throw new PushRefused("Only branches and tags can be pushed, with names of at most 255 characters that do not begin with a dash.");
  }
  return { ref, oldId: idOf(match[1]), newId: idOf(match[2]) };
}

function idOf(text: string | undefined): string | null {
  return text === undefined || /^0+$/.test(text) ? null : text;
}
