import { type AppDefinition } from "../model/app.ts";

export interface Resources {
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk: number;
}

/** Why an app's task must wait, in Marathon's words for an offer that does not fit. */
export type RejectReason = "UnfulfilledConstraint" | "InsufficientCpus" | "InsufficientMemory" | "InsufficientDisk" | "InsufficientPorts";

interface Placement {
  readonly hostname: string;
  readonly capacity: Resources;
  readonly promised: Resources;
  /** How many tasks of the app there are already. */
  readonly siblings: number;
}

/** Whether one more task of the app fits on this machine; null when it does. Ports are looked at elsewhere. */
export function rejectReason(app: AppDefinition, placement: Placement): RejectReason | null {
  const { capacity, promised } = placement;
  if (!(app.constraints ?? []).every((constraint) => fulfils(constraint, placement))) return "UnfulfilledConstraint";
  // Sums of decimal fractions are a little off; a thousandth is nobody's business.
  if (promised.cpus + app.cpus > capacity.cpus + 0.001) return "InsufficientCpus";
  if (promised.mem + app.mem > capacity.mem) return "InsufficientMemory";
  if (promised.disk + app.disk > capacity.disk) return "InsufficientDisk";
  return null;
}

/** Constraints on the only host there is; this machine has no other attributes. */
function fulfils([field = "", operator = "", value = ""]: readonly string[], placement: Placement): boolean {
  const isHost = field === "hostname" || field === "@hostname";
  const actual = isHost ? placement.hostname : null;
  switch (operator) {
    case "UNIQUE":
      return actual !== null && placement.siblings === 0;
    case "MAX_PER":
      return actual !== null && placement.siblings < Number(value);
    case "CLUSTER":
      return actual !== null && (value === "" || value === actual);
    case "IS":
      return value === actual;
    case "GROUP_BY":
      return actual !== null;
    case "LIKE":
      return actual !== null && matches(value, actual);
    case "UNLIKE":
      return actual === null || !matches(value, actual);
    default:
      return false;
  }
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern.slice(0, 200)})$`).test(text.slice(0, 64));
  } catch {
    return false;
  }
}
