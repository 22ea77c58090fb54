import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes that this process' objects hold after everything that nobody needs is gone. */
export function heapKept(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect === "function") for (let times = 0; times < 2; times++) collect();
  return process.memoryUsage().heapUsed;
}
