import { describeError } from "#lib/core/errors.ts";

import { readMachine } from "../engine/engine.ts";
import { containerEvents } from "../engine/event-stream.ts";
import { pause } from "../pause.ts";
import { type Scheduler } from "../scheduler.ts";
import { lookAtEverything } from "./look.ts";
import { refreshNetworks, removeIdleNetworks } from "./network.ts";
import { settleTask } from "./settle-task.ts";

const firstRetry = 200;
const longestRetry = 5_000;
const lookEvery = 10_000;

/** Follows the engine until the scheduler stops: its events at once, and a look at every container now and then, which is the truth. */
export async function watchEngine(scheduler: Scheduler): Promise<void> {
  await Promise.all([followEvents(scheduler), lookNowAndThen(scheduler)]);
}

async function followEvents(scheduler: Scheduler): Promise<void> {
  let delay = firstRetry;
  while (!scheduler.signal.aborted) {
    try {
      for await (const event of containerEvents(scheduler.engine, scheduler.settings.instance, scheduler.signal)) {
        if (event === "open") {
          await engineIsThere(scheduler);
          delay = firstRetry;
        } else if (event.action === "die") containerDied(scheduler, event.taskId);
      }
    } catch (error) {
      // Said once, not with every try.
      const news = scheduler.machine.connected || delay === firstRetry;
      if (news && !scheduler.signal.aborted) {
        scheduler.log.warn({ reason: describeError(error) }, "the Docker Engine is away; the scheduler goes on when it is back");
      }
    }
    if (scheduler.machine.connected) scheduler.events.publish("scheduler_disconnected_event", {});
    scheduler.machine.connected = false;
    await pause(delay, scheduler.signal);
    delay = Math.min(delay * 2, longestRetry);
  }
}

async function engineIsThere(scheduler: Scheduler): Promise<void> {
  await refreshNetworks(scheduler);
  const known = scheduler.machine.current !== null;
  scheduler.machine.current = await readMachine(scheduler.engine);
  if (known) scheduler.events.publish("scheduler_reregistered_event", { master: scheduler.settings.hostname });
  scheduler.machine.connected = true;
  scheduler.log.info({ machine: scheduler.machine.current }, "the Docker Engine is there");
  await lookAtEverything(scheduler);
  scheduler.kickWaiting();
}

function containerDied(scheduler: Scheduler, taskId: string): void {
  const task = scheduler.state.tasks.get(taskId);
  if (task === undefined) return;
  if (scheduler.launching.has(taskId)) scheduler.diedEarly.add(taskId);
  // What fails here is found by the next look.
  else settleTask(scheduler, task).catch(() => undefined);
}

async function lookNowAndThen(scheduler: Scheduler): Promise<void> {
  while (!scheduler.signal.aborted) {
    await pause(lookEvery, scheduler.signal);
    if (scheduler.signal.aborted) return;
    try {
      await lookAtEverything(scheduler);
      await removeIdleNetworks(scheduler);
    } catch (error) {
      scheduler.log.debug({ reason: describeError(error) }, "the look at the containers failed");
    }
  }
}
