import { type Scheduler } from "../scheduler.ts";
import { type RejectReason, rejectReason } from "../tasks/admission.ts";
import { capacityOf, promisedBy } from "../tasks/capacity.ts";
import { startTask } from "../tasks/launch-task.ts";
import { toTimestamp } from "../timestamps.ts";
import { type QueueEntry } from "./launch-queue.ts";

/** Launches what waits for this app, as far as its delay, the machine and the ports allow. */
export function drainQueue(scheduler: Scheduler, appId: string): void {
  const entry = scheduler.queue.get(appId);
  if (entry === null) return;
  const delay = scheduler.backoff.remaining(entry.app);
  if (delay > 0) {
    scheduler.queue.wake(appId, delay, () => scheduler.kick(appId));
    return;
  }
  while (entry.count > 0) {
    const ports = placeFor(scheduler, entry);
    if (ports === null) return;
    entry.count -= 1;
    startTask(scheduler, entry.app, ports);
  }
  scheduler.queue.remove(appId);
}

/** The host ports for one more task, or null when it must wait; the entry then says why. */
function placeFor(scheduler: Scheduler, entry: QueueEntry): readonly number[] | null {
  const capacity = capacityOf(scheduler);
  // Without an engine there is nothing on offer, and nothing to reject.
  if (capacity === null) return null;
  entry.processed += 1;
  const siblings = scheduler.state.alive(entry.app.id).length;
  const { hostname, attributes } = scheduler.settings;
  const reason = rejectReason(entry.app, { hostname, attributes, capacity, promised: promisedBy(scheduler), siblings });
  const ports = reason === null ? scheduler.hostPorts.reserve(entry.app) : null;
  if (ports === null) {
    reject(entry, reason ?? "InsufficientPorts");
    return null;
  }
  entry.reason = null;
  entry.lastUsedOfferAt = toTimestamp(Date.now());
  return ports;
}

function reject(entry: QueueEntry, reason: RejectReason): void {
  entry.reason = reason;
  entry.rejected += 1;
  entry.lastUnusedOfferAt = toTimestamp(Date.now());
  entry.rejectedFor.set(reason, (entry.rejectedFor.get(reason) ?? 0) + 1);
}
