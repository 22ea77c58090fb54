import { type IncomingMessage, type ServerResponse, createServer, request as httpRequest } from "node:http";

/** What happens to one request on its way. */
export type Fault =
  | "pass"
  /** The connection ends before Marathon hears of it. */
  | "cut"
  /** Marathon hears of it, does it and answers; the answer is lost. */
  | "cut-after"
  /** Nobody hears of it, nobody answers. */
  | "hang"
  /** Marathon does it, the answer comes too late. */
  | "late"
  /** 200 with something that is no JSON; Marathon has done it. */
  | "garbage"
  /** 200 and no end; Marathon has heard nothing. */
  | "endless"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Every chunk of the answer through a function: for event streams. */
  | { readonly stream: (chunk: string) => readonly string[] };

export interface FaultProxy {
  readonly url: string;
  /** `METHOD path` of everything that came in, the query left out. */
  readonly seen: string[];
  /** Decides about each request from now on; everything passes when not set. */
  rule: (request: { readonly method: string; readonly url: string }) => Fault;
  stop(): Promise<void>;
}

/** A way to `target` on which things go wrong. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const asked = { method: request.method ?? "", url: request.url ?? "" };
    seen.push(`${asked.method} ${asked.url.split("?")[0]}`);
    play(proxy.rule(asked), request, response, target);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    rule: () => "pass",
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function play(fault: Fault, request: IncomingMessage, response: ServerResponse, target: string): void {
  response.on("error", () => undefined);
  switch (fault) {
    case "pass":
      return forward(request, target, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        response.on("close", () => answer.destroy());
      });
    case "cut":
      return void request.socket.destroy();
    case "cut-after":
      return forward(request, target, (answer) => answer.resume().on("end", () => request.socket.destroy()));
    case "hang":
      return void request.resume();
    case "late":
      return forward(request, target, (answer) => answer.resume());
    case "garbage":
      return forward(request, target, (answer) => answer.resume().on("end", () => response.writeHead(200).end("<html>{")));
    case "endless":
      return endless(response);
    default:
      if ("stream" in fault) return rewrite(request, response, target, fault.stream);
      request.resume();
      response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
  }
}

function forward(request: IncomingMessage, target: string, answered: (answer: IncomingMessage) => unknown): void {
  const onward = httpRequest(new URL(request.url ?? "", target), {
    method: request.method,
    headers: { ...request.headers, host: new URL(target).host },
  });
  onward.on("response", answered);
  onward.on("error", () => request.socket.destroy());
  request.pipe(onward);
}

function rewrite(request: IncomingMessage, response: ServerResponse, target: string, change: (chunk: string) => readonly string[]): void {
  forward(request, target, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers).flushHeaders();
    answer.setEncoding("utf8");
    answer.on("data", (chunk: string) => change(chunk).forEach((part) => response.write(part)));
    answer.on("end", () => response.end());
    response.on("close", () => answer.destroy());
  });
}

function endless(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" }).write("[");
  const more = Buffer.alloc(1024 * 1024, "1,");
  const pump = (): void => {
    while (!response.destroyed && response.write(more));
    if (!response.destroyed) response.once("drain", pump);
  };
  pump();
}
