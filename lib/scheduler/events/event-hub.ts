import { toTimestamp } from "../timestamps.ts";

export interface Subscriber {
  /** The event types wanted; null = all. */
  readonly types: ReadonlySet<string> | null;
  send(frame: string): void;
}

/** Where everything that happens is told, and from where the event streams are fed. */
export interface EventHub {
  publish(eventType: string, fields: Readonly<Record<string, unknown>>): void;
  /** Returns the function that ends the subscription. */
  subscribe(subscriber: Subscriber): () => void;
  readonly subscribers: number;
}

export function createEventHub(now: () => number = Date.now): EventHub {
  const subscribers = new Set<Subscriber>();
  return {
    publish(eventType, fields) {
      if (subscribers.size === 0) return;
      const frame = eventFrame(eventType, { ...fields, eventType, timestamp: toTimestamp(now()) });
      for (const subscriber of subscribers) if (subscriber.types === null || subscriber.types.has(eventType)) subscriber.send(frame);
    },
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    get subscribers() {
      return subscribers.size;
    },
  };
}

/** One event of a stream, with the CRLF line ends that old clients split on. */
export function eventFrame(eventType: string, body: Readonly<Record<string, unknown>>): string {
  return `event: ${eventType}\r\ndata: ${JSON.stringify(body)}\r\n\r\n`;
}
