import { setTimeout as delay } from "node:timers/promises";

import { Agent, request } from "undici";

const pollEveryMs = 10;
const answerMs = 2_000;

/** Where to look, and which words only the new page has. */
export interface Expected {
  readonly url: string;
  readonly hostHeader?: string;
  /** The API token of somebody who may see it. */
  readonly token?: string;
  readonly text: string;
  readonly limitMs: number;
}

/**
 * Asks every 10 ms over one keep-alive connection until a 200 holds the words. Gives the moment (performance.now) at
 * which that answer was there; throws after `limitMs` with what was seen last.
 */
export async function firstAnswer(expected: Expected): Promise<number> {
  const dispatcher = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
  const end = performance.now() + expected.limitMs;
  let seen = "nothing";
  try {
    for (;;) {
      const askedAt = performance.now();
      const answer = await ask(expected, dispatcher);
      if (answer.status === 200 && answer.text.includes(expected.text)) return performance.now();
      seen = `${answer.status} ${answer.text.slice(0, 200)}`;
      if (performance.now() > end)
        throw new Error(`${expected.url} did not show "${expected.text}" in ${expected.limitMs} ms; last: ${seen}`);
      await delay(Math.max(0, askedAt + pollEveryMs - performance.now()));
    }
  } finally {
    await dispatcher.destroy();
  }
}

async function ask(expected: Expected, dispatcher: Agent): Promise<{ status: number; text: string }> {
  try {
    const answer = await request(expected.url, {
      dispatcher,
      headers: {
        ...(expected.hostHeader === undefined ? {} : { host: expected.hostHeader }),
        ...(expected.token === undefined ? {} : { "x-berth-token": expected.token }),
      },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    return { status: 0, text: error instanceof Error ? error.message : String(error) };
  }
}
