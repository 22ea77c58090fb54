import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";

/** One process's log on disk. It never stops the process: what cannot be written (a full disk) is dropped. */
export interface LogFile {
  write(line: string): void;
  close(): void;
}

const limitBytes = 10 * 1024 * 1024;
const olderFiles = 2;

/** Appends lines to `path`; at 10 MB it becomes `path.1`, that one `path.2`, and the oldest goes. */
export function openLogFile(path: string, limit = limitBytes): LogFile {
  let descriptor = openSync(path, "a", 0o600);
  // A closed descriptor's number soon belongs to another file.
  let closed = false;
  let size = fstatSync(descriptor).size;
  const rotate = () => {
    closeSync(descriptor);
    for (let older = olderFiles; older >= 1; older--) {
      try {
        renameSync(older === 1 ? path : `${path}.${older - 1}`, `${path}.${older}`);
      } catch {
        // There is no such older file yet.
      }
    }
    descriptor = openSync(path, "a", 0o600);
    size = 0;
  };
  return {
    write: (line) => {
      if (closed) return;
      try {
        if (size > limit) rotate();
        size += writeSync(descriptor, `${line}\n`);
      } catch {
        // A log that cannot be written must not end what it describes.
      }
    },
    close: () => {
      if (closed) return;
      closed = true;
      closeSync(descriptor);
    },
  };
}
