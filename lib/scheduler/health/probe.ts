import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { connect } from "node:net";

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface HttpQuestion extends Address {
  readonly secure: boolean;
  readonly path: string;
  /** Milliseconds for everything. */
  readonly limit: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** At most `bodyLimit` bytes, read only when asked for. */
  readonly body: string;
}

const bodyLimit = 4_096;
// A connection each: what is asked is whether the task takes new ones. Certificates of tasks are their own affair.
const plainAgent = new HttpAgent({ keepAlive: false });
const secureAgent = new HttpsAgent({ keepAlive: false, rejectUnauthorized: false });

/** One GET, no redirects followed. Rejects when there is no answer in time. */
export function askHttp(question: HttpQuestion, wantBody: boolean): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { host, port, path, secure } = question;
    const options = {
      host,
      port,
      path: path.startsWith("/") ? path : `/${path}`,
      method: "GET",
      headers: { "user-agent": "berth-scheduler" },
    };
    const signal = AbortSignal.timeout(question.limit);
    const answered = (response: IncomingMessage): void => {
      const status = response.statusCode ?? 0;
      const contentType = response.headers["content-type"] ?? "";
      if (!wantBody) {
        response.destroy();
        resolve({ status, contentType, body: "" });
        return;
      }
      readBody(response).then((body) => resolve({ status, contentType, body }), reject);
    };
    const request = secure
      ? httpsRequest({ ...options, agent: secureAgent, signal }, answered)
      : httpRequest({ ...options, agent: plainAgent, signal }, answered);
    request.on("error", reject);
    request.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response) {
    body += String(chunk);
    if (body.length >= bodyLimit) break;
  }
  response.destroy();
  return body.slice(0, bodyLimit);
}

/** Milliseconds a connection must hold to count. */
const holdTime = 50;

/**
 * Whether the task takes a connection. Rejects when it does not, in time. A connection that is closed at once does not count: the engine's port
 * proxy takes every connection and only then finds that nobody listens behind it.
 */
export function askTcp(address: Address, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.host, port: address.port });
    const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), limit);
    let held: NodeJS.Timeout | undefined;
    socket.once("connect", () => {
      clearTimeout(timer);
      held = setTimeout(() => {
        resolve();
        socket.destroy();
      }, holdTime);
    });
    socket.once("error", reject);
    socket.once("close", () => {
      clearTimeout(timer);
      clearTimeout(held);
      reject(new Error("the connection was closed at once"));
    });
    // Reading is what makes the other side's end show.
    socket.resume();
  });
}
