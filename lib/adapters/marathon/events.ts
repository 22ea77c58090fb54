import { setTimeout as delay } from "node:timers/promises";

import { type EventSourceMessage, createParser } from "eventsource-parser";

import { describeError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";

import type { Connection } from "./connection.ts";
import { toEvent } from "./event-wire.ts";
import type { MarathonEvent, MarathonInfo } from "./model.ts";

interface EventSource {
  readonly connection: Connection;
  /** Says whether the version knows the filter. */
  readonly info: () => Promise<Pick<MarathonInfo, "release">>;
  readonly log: Log;
  readonly idleMs: number | undefined;
}

const [shortestPauseMs, longestPauseMs] = [250, 30_000];
/** A connection that lasted so long was a good one: the next failure starts from the shortest pause. */
const steadyMs = 10_000;
/** Up to 1.4 every deployment event carries the whole group tree twice. */
const maxFrameCharacters = 32 * 1024 * 1024;

/**
 * Marathon's events, with `connected` first after every (re)connect. Marathon replays nothing, closes slow readers and sometimes falls
 * silent, so a silent stream is opened anew and every `connected` means: read everything again.
 */
export async function* followEvents(source: EventSource, signal: AbortSignal): AsyncGenerator<MarathonEvent> {
  for (let failures = 0; !signal.aborted; failures++) {
    const startedAt = performance.now();
    try {
      yield* oneConnection(source, signal);
    } catch (error) {
      if (signal.aborted) return;
      // A cluster that is away is away in the same words each time: once is enough, the doctor tells the rest.
      source.log[failures === 0 ? "warn" : "debug"]({ reason: describeError(error) }, "marathon event stream lost");
    }
    if (performance.now() - startedAt > steadyMs) failures = 0;
    const pause = Math.min(longestPauseMs, shortestPauseMs * 2 ** failures);
    await delay(pause / 2 + (Math.random() * pause) / 2, undefined, { signal }).catch(() => undefined);
  }
}

async function* oneConnection(source: EventSource, signal: AbortSignal): AsyncGenerator<MarathonEvent> {
  const idle = createIdleTimer(source.idleMs ?? 300_000);
  try {
    const ended = AbortSignal.any([signal, idle.signal]);
    const stream = await source.connection.openStream(await streamPath(source, signal), "text/event-stream", ended);
    yield connected;
    for await (const message of parseFrames(stream.chunks, idle.touch)) {
      const event = toEvent(message);
      if (event !== null) yield event;
    }
  } finally {
    idle.stop();
  }
}

/** What can make an app look different; the rest of Marathon's talk stays there, where it can be told to (1.3.7, asked for from 1.4 on). */
const wanted = [
  "api_post_event",
  "app_terminated_event",
  "status_update_event",
  "instance_changed_event",
  "unknown_instance_terminated_event",
  "instance_health_changed_event",
  "health_status_changed_event",
  "unhealthy_instance_kill_event",
  "group_change_success",
  "deployment_success",
  "deployment_failed",
];

async function streamPath(source: EventSource, signal: AbortSignal): Promise<string> {
  // An old Marathon sends the whole group tree with every deployment unless it is asked not to; the oldest do not listen.
  const light = "/v2/events?plan-format=light";
  // Who does not even say his version is asked the oldest way.
  const release = await unlessAborted(
    source.info().then(
      (info) => info.release,
      () => 0,
    ),
    signal,
  );
  return release < 1004 ? light : `${light}&${new URLSearchParams(wanted.map((type) => ["event_type", type])).toString()}`;
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no longer wanted")), { once: true });
  });
  return await Promise.race([work, aborted]);
}

/** The frames of a stream; a broken or endless one is passed over. Any byte, heartbeats included, shows that the stream lives. */
async function* parseFrames(chunks: AsyncIterable<Buffer>, touch: () => void): AsyncGenerator<EventSourceMessage> {
  const ready: EventSourceMessage[] = [];
  const decoder = new TextDecoder();
  const parser = createParser({ onEvent: (message) => ready.push(message), maxBufferSize: maxFrameCharacters });
  for await (const chunk of chunks) {
    touch();
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
    touch();
  }
}

const connected: MarathonEvent = {
  type: "connected",
  timestamp: null,
  appId: null,
  appIds: [],
  taskId: null,
  taskStatus: null,
  deploymentId: null,
  message: null,
};

function createIdleTimer(idleMs: number): { readonly signal: AbortSignal; readonly touch: () => void; readonly stop: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("nothing came for a while")), idleMs);
  return { signal: controller.signal, touch: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}
