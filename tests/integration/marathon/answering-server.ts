import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Socket } from "node:net";

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface AnsweringServer {
  readonly url: string;
  readonly asked: Asked[];
  stop(): Promise<void>;
}

/** A number: that status. Anything else: 200 with that JSON. A function does the answering itself. */
export type Answer = number | object | ((request: Asked, response: ServerResponse, socket: Socket) => unknown);

/** An outside party with documented answers: `answer` says which, by request. Records what it was asked. */
export async function startAnswering(answer: (request: Asked) => Answer): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const seen = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      asked.push(seen);
      const chosen = answer(seen);
      if (typeof chosen === "function") chosen(seen, response, request.socket);
      else if (typeof chosen === "number") response.writeHead(chosen).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(chosen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
