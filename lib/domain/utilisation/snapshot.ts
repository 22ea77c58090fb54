import { z } from "zod";

const amounts = z.object({ cpus: z.number(), mem: z.number(), disk: z.number() });
const use = z.object({ cpus: z.number(), mem: z.number() });

/** CPUs; memory and disk in MiB. */
export type Amounts = z.infer<typeof amounts>;
/** What is really used; null where nobody has measured it (twice) yet. */
export type Used = z.infer<typeof use> | null;

const hostSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Takes tasks. */
  active: z.boolean(),
  total: amounts,
  promised: amounts,
  free: amounts,
  used: use.nullable(),
  tasks: z.object({ running: z.number(), starting: z.number() }),
  version: z.string().nullable(),
});
export type StoredHost = z.infer<typeof hostSchema>;

const takerSchema = z.object({
  hostId: z.string(),
  /** Null: an app of Berth's of which no environment is known. */
  environmentId: z.string().nullable(),
  tasks: z.number(),
  promised: amounts,
  used: use.nullable(),
});
export type StoredTaker = z.infer<typeof takerSchema>;

/** What the worker stored; nothing of it where it is not understood. */
export const storedHosts = z.array(hostSchema).catch([]);
export const storedTakers = z.array(takerSchema).catch([]);

export const nothing: Amounts = { cpus: 0, mem: 0, disk: 0 };

/** Sums of tenths are not tenths any more: to thousandths. */
export function sumOf(all: Iterable<Amounts>): Amounts {
  const sum = { ...nothing };
  for (const one of all) {
    sum.cpus += one.cpus;
    sum.mem += one.mem;
    sum.disk += one.disk;
  }
  return { cpus: thousandths(sum.cpus), mem: thousandths(sum.mem), disk: thousandths(sum.disk) };
}

/** What those that were measured use together; null when none was. */
export function usedOf(all: Iterable<Used>): Used {
  const known = [...all].filter((one) => one !== null);
  if (known.length === 0) return null;
  const { cpus, mem } = sumOf(known.map((one) => ({ ...one, disk: 0 })));
  return { cpus, mem };
}

/** `of` without `part`, never less than nothing. */
export function restOf(of: Amounts, part: Amounts): Amounts {
  return {
    cpus: thousandths(Math.max(0, of.cpus - part.cpus)),
    mem: thousandths(Math.max(0, of.mem - part.mem)),
    disk: thousandths(Math.max(0, of.disk - part.disk)),
  };
}

/** The same for what is used; null where the whole is not known. */
export function usedRest(of: Used, part: Used): Used {
  if (of === null) return null;
  return {
    cpus: thousandths(Math.max(0, of.cpus - (part?.cpus ?? 0))),
    mem: thousandths(Math.max(0, of.mem - (part?.mem ?? 0))),
  };
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
