import { type AppDefinition } from "../model/app.ts";
import { fulfilsConstraint } from "../model/constraints.ts";

export interface Resources {
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk: number;
}

/** Why an app's task must wait, in Marathon's words for an offer that does not fit. */
export type RejectReason =
  | "UnfulfilledRole"
  | "UnfulfilledConstraint"
  | "InsufficientCpus"
  | "InsufficientMemory"
  | "InsufficientDisk"
  | "InsufficientPorts";

interface Placement {
  readonly hostname: string;
  /** What else constraints may ask about. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly capacity: Resources;
  readonly promised: Resources;
  /** How many tasks of the app there are already. */
  readonly siblings: number;
}

/** Whether one more task of the app fits on this machine; null when it does. Ports are looked at elsewhere. */
export function rejectReason(app: AppDefinition, placement: Placement): RejectReason | null {
  const { capacity, promised } = placement;
  const { acceptedResourceRoles: roles } = app;
  if (roles !== undefined && roles.length > 0 && !roles.includes("*")) return "UnfulfilledRole";
  if (!(app.constraints ?? []).every((constraint) => fulfilsConstraint(constraint, placement))) return "UnfulfilledConstraint";
  // Sums of decimal fractions are a little off; a thousandth is nobody's business.
  if (promised.cpus + app.cpus > capacity.cpus + 0.001) return "InsufficientCpus";
  if (promised.mem + app.mem > capacity.mem) return "InsufficientMemory";
  if (promised.disk + app.disk > capacity.disk) return "InsufficientDisk";
  return null;
}
