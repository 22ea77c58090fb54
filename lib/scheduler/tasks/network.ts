import { ensureNetwork } from "../engine/network.ts";
import { type Scheduler } from "../scheduler.ts";

/** The id of the tasks' bridge. */
export function networkId(scheduler: Scheduler): Promise<string> {
  return scheduler.network.current ?? refreshNetwork(scheduler);
}

/** Looks for the tasks' bridge anew, and makes it when it is gone. */
export function refreshNetwork(scheduler: Scheduler): Promise<string> {
  const { engine, settings, network } = scheduler;
  const looking = ensureNetwork(engine, settings.networkName, settings.instance);
  network.current = looking;
  looking.catch(() => {
    if (network.current === looking) network.current = null;
  });
  return looking;
}
