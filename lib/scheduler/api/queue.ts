import { type QueueEntry } from "../deployments/launch-queue.ts";
import { MarathonFailure } from "../failures.ts";
import { type Scheduler } from "../scheduler.ts";
import { capacityOf, promisedBy } from "../tasks/capacity.ts";
import { plainApp } from "./app-view.ts";
import { type Answer, type Api, type ApiRequest } from "./request.ts";

/** Marathon's funnel: what an offer is checked for, in this order. */
const reasonOrder = [
  "UnfulfilledRole",
  "UnfulfilledConstraint",
  "NoCorrespondingReservationFound",
  "AgentMaintenance",
  "InsufficientCpus",
  "InsufficientMemory",
  "InsufficientDisk",
  "InsufficientGpus",
  "InsufficientPorts",
  "DeclinedScarceResources",
];

export function showQueue({ scheduler }: Api, { query }: ApiRequest): Answer {
  const withOffers = query.getAll("embed").includes("lastUnusedOffers");
  return { status: 200, json: { queue: scheduler.queue.entries().map((entry) => entryView(scheduler, entry, withOffers)) } };
}

/** Forgets the launch delay of an app that waits. */
export function resetDelay({ scheduler }: Api, appId: string): Answer {
  if (scheduler.queue.get(appId) === null) throw new MarathonFailure("notFound", `Application ${appId} not found in tasks queue.`);
  scheduler.backoff.reset(appId);
  scheduler.kick(appId);
  return { status: 204 };
}

function entryView(scheduler: Scheduler, entry: QueueEntry, withOffers: boolean) {
  const timeLeftSeconds = Math.ceil(scheduler.backoff.remaining(entry.app) / 1_000);
  const last = new Map(entry.reason === null ? [] : [[entry.reason, 1]]);
  return {
    app: plainApp(entry.app),
    count: entry.count,
    role: entry.app.role,
    delay: { timeLeftSeconds, overdue: timeLeftSeconds === 0 },
    since: entry.since,
    processedOffersSummary: {
      processedOffersCount: entry.processed,
      unusedOffersCount: entry.rejected,
      ...(entry.lastUsedOfferAt === null ? {} : { lastUsedOfferAt: entry.lastUsedOfferAt }),
      ...(entry.lastUnusedOfferAt === null ? {} : { lastUnusedOfferAt: entry.lastUnusedOfferAt }),
      rejectSummaryLastOffers: funnel(entry.reason === null ? 0 : 1, last),
      rejectSummaryLaunchAttempt: funnel(entry.processed, entry.rejectedFor),
    },
    ...(withOffers ? { lastUnusedOffers: lastUnusedOffers(scheduler, entry) } : {}),
  };
}

/** How many offers came to each check, and how many it turned away. */
function funnel(processed: number, declinedFor: ReadonlyMap<string, number>) {
  let left = processed;
  return reasonOrder.map((reason) => {
    const declined = declinedFor.get(reason) ?? 0;
    const row = { reason, declined, processed: left };
    left -= declined;
    return row;
  });
}

/** What this machine had to offer, if the last look did not launch. */
function lastUnusedOffers(scheduler: Scheduler, entry: QueueEntry) {
  const capacity = capacityOf(scheduler);
  if (entry.reason === null || capacity === null) return [];
  const promised = promisedBy(scheduler);
  const scalar = (name: string, value: number) => ({ name, scalar: Math.max(0, value), ranges: null, set: null, role: "*" });
  return [
    {
      offer: {
        id: `${scheduler.frameworkId}-O${entry.processed}`,
        agentId: scheduler.agentId,
        hostname: scheduler.settings.hostname,
        resources: [scalar("cpus", capacity.cpus - promised.cpus), scalar("mem", capacity.mem - promised.mem)],
        attributes: Object.entries(scheduler.settings.attributes).map(([name, text]) => ({
          name,
          text,
          scalar: null,
          ranges: null,
          set: null,
        })),
      },
      timestamp: entry.lastUnusedOfferAt,
      reason: [entry.reason],
    },
  ];
}
