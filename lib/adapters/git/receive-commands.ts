import { Transform, type TransformCallback } from "node:stream";

import { parseFullRef } from "./ref-name.ts";

/** Why a push is not accepted, in words for the person who pushes. */
export class PushRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PushRefused";
  }
}

const maxCommands = 10_000;
const maxCommandBytes = 4 * 1024 * 1024;
const flush = "0000";

/**
 * Passes a push through unchanged, after having read its list of commands: only branches and tags with names Berth can use, at most 10 000 at once.
 * Nothing reaches git before the whole list was read. Fails with PushRefused.
 */
export function createCommandCheck(): Transform {
  let held: Buffer = Buffer.alloc(0);
  let position = 0;
  let commands = 0;
  let passing = false;

  /** Reads complete packets; true when the list is over. */
  function readList(): boolean {
    while (held.length - position >= 4) {
      const length = held.toString("latin1", position, position + 4);
      if (length === flush) return true;
      const size = /^[0-9a-f]{4}$/i.test(length) ? Number.parseInt(length, 16) : 0;
      if (size <= 4) throw new PushRefused("That is not a push git would send.");
      if (held.length - position < size) return false;
      commands += 1;
      if (commands > maxCommands) throw new PushRefused(`A push changes at most ${maxCommands} branches and tags; push fewer at once.`);
      checkCommand(held.subarray(position + 4, position + size));
      position += size;
    }
    return false;
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      if (passing) return callback(null, chunk);
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      try {
        passing = readList();
        if (!passing && held.length > maxCommandBytes) throw new PushRefused("The list of changes is too long; push fewer at once.");
      } catch (error) {
        return callback(error instanceof Error ? error : new Error(String(error)));
      }
      if (!passing) return callback();
      const all = held;
      held = Buffer.alloc(0);
      return callback(null, all);
    },
    flush(callback) {
      callback(passing ? null : new PushRefused("The push ended in the middle of its list of changes."));
    },
  });
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** One line `<old id> <new id> <ref>`, the first with capabilities after a NUL; `shallow <id>` lines come before. */
function checkCommand(packet: Buffer): void {
  const nul = packet.indexOf(0);
  const bytes = nul === -1 ? packet : packet.subarray(0, nul);
  let line: string;
  try {
    line = decoder.decode(bytes).replace(/\n$/, "");
  } catch {
    throw new PushRefused("A branch or tag name is not valid UTF-8.");
  }
  if (/^shallow [0-9a-f]{40,64}$/.test(line)) return;
  const match = /^[0-9a-f]{40,64} [0-9a-f]{40,64} (.+)$/su.exec(line);
  if (match === null) throw new PushRefused("Signed pushes and push options are not supported.");
  if (parseFullRef(match[1] ?? "") === null) {
    throw new PushRefused("Only branches and tags can be pushed, with names of at most 255 characters that do not begin with a dash.");
  }
}
