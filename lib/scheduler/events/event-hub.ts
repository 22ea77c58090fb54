import { toTimestamp } from "../timestamps.ts";

export interface Subscriber {
  /** The event types wanted; null = all. */
  readonly types: ReadonlySet<string> | null;
  /** Whether `light` fields are enough, where an event has them. */
  readonly light: boolean;
  send(frame: string): void;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where everything that happens is told, and from where the event streams are fed. */
export interface EventHub {
  /** `heavier` makes the fields for subscribers that did not ask for the light ones. */
  publish(eventType: string, fields: Fields, heavier?: () => Fields): void;
  /** Returns the function that ends the subscription. */
  subscribe(subscriber: Subscriber): () => void;
  readonly subscribers: number;
}

export function createEventHub(now: () => number = Date.now): EventHub {
  const subscribers = new Set<Subscriber>();
  return {
    publish(eventType, fields, heavier) {
      const wanting = [...subscribers].filter(({ types }) => types === null || types.has(eventType));
      if (wanting.length === 0) return;
      const timestamp = toTimestamp(now());
      const light = eventFrame(eventType, { ...fields, eventType, timestamp });
      const needsMore = heavier !== undefined && wanting.some((subscriber) => !subscriber.light);
      const heavy = needsMore ? eventFrame(eventType, { ...heavier(), eventType, timestamp }) : light;
      for (const subscriber of wanting) subscriber.send(subscriber.light ? light : heavy);
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
