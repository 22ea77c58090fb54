import { request } from "node:http";

import type { Product } from "#tests/support/product.ts";

import { until } from "./until.ts";

export interface Visit {
  readonly status: number;
  readonly body: string;
}

/** One request of the admin's token through the gateway to the environment's URL. Status 0: nobody answered. */
export function visit(product: Product, url: string, path = "/"): Promise<Visit> {
  return new Promise((resolve) => {
    const gateway = new URL(product.gatewayUrl);
    const outgoing = request(
      {
        host: gateway.hostname,
        port: gateway.port,
        path,
        headers: { host: new URL(url).host, "x-berth-token": product.adminToken },
        signal: AbortSignal.timeout(5000),
        agent: false,
      },
      (incoming) => {
        let body = "";
        incoming.setEncoding("utf8").on("data", (text: string) => (body += text));
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on("error", () => resolve({ status: 0, body: "" }));
      },
    );
    outgoing.on("error", () => resolve({ status: 0, body: "" }));
    outgoing.end();
  });
}

/** Waits until the URL answers 200 with exactly this body. */
export function untilAnswers(product: Product, url: string, body: string, limitMs: number): Promise<Visit> {
  let last: Visit | undefined;
  return until(
    `${url} answers ${JSON.stringify(body)}`,
    limitMs,
    async () => {
      last = await visit(product, url);
      return last.status === 200 && last.body === body && last;
    },
    () => ({ status: last?.status, body: last?.body.slice(0, 200) }),
  );
}

/** Visits the URL again and again until `stop`; gives every answer that was not 200. */
export function keepVisiting(product: Product, url: string): { stop(): Promise<{ total: number; bad: Visit[] }> } {
  const state = { stopped: false, total: 0 };
  const bad: Visit[] = [];
  const done = (async () => {
    while (!state.stopped) {
      const answer = await visit(product, url);
      state.total += 1;
      if (answer.status !== 200) bad.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      state.stopped = true;
      await done;
      return { total: state.total, bad };
    },
  };
}
