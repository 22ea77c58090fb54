import { type Scheduler } from "../scheduler.ts";
import { type Resources } from "./admission.ts";

/** What may be promised to tasks in all; null while the engine has never answered. */
export function capacityOf(scheduler: Scheduler): Resources | null {
  const { settings, machine } = scheduler;
  const { resources } = settings;
  if (machine.current === null) return null;
  return {
    cpus: resources.cpus ?? machine.current.cpus * settings.cpuOversubscription,
    mem: resources.mem ?? Math.floor(machine.current.mem * settings.memOversubscription),
    disk: resources.disk ?? Number.MAX_SAFE_INTEGER,
  };
}

/** What the living tasks were promised. */
export function promisedBy(scheduler: Scheduler): Resources {
  const sum = { cpus: 0, mem: 0, disk: 0 };
  for (const { app } of scheduler.state.allAlive()) {
    sum.cpus += app.cpus;
    sum.mem += app.mem;
    sum.disk += app.disk;
  }
  return sum;
}
