import type { ServerResponse } from "node:http";

import { type Answer, type AnsweringServer, type Asked, startAnswering } from "../marathon/answering-server.ts";

export interface Documented {
  /** Of Marathon. */
  readonly version?: string;
  readonly leader?: string | null;
  readonly authorization?: string;
  /** ms its clock is ahead. */
  readonly clockAheadMs?: number;
  /** What its agent says of itself; a number is a status. */
  readonly flags?: Readonly<Record<string, string>> | number;
  /** Before Mesos 0.26 or so everything was called `.json`, and an agent had its flags in its state alone. */
  readonly old?: boolean;
  readonly free?: { readonly cpus: number; readonly mem: number };
  /** Answers in place of what is documented, by path. */
  readonly instead?: Readonly<Record<string, Answer>>;
}

const usualFlags = { containerizers: "docker,mesos", executor_registration_timeout: "10mins" };

/** A Marathon with its Mesos master and one agent behind one address, with the answers of the documentation. */
export async function startDocumented(given: Documented = {}): Promise<AnsweringServer> {
  const place = { url: "" };
  const server = await startAnswering((request) => answer(given, place.url, request));
  place.url = server.url;
  return server;
}

function answer(given: Documented, url: string, request: Asked): Answer {
  const path = request.url.split("?")[0] ?? "";
  const instead = given.instead?.[path];
  if (instead !== undefined) return instead;
  if (given.authorization !== undefined && path.startsWith("/v2") && request.headers.authorization !== given.authorization) return 401;
  const { port } = new URL(url);
  const flags = given.flags ?? usualFlags;
  switch (path) {
    case "/v2/info":
      return dated(given, {
        name: "marathon",
        version: given.version ?? "1.8.222",
        frameworkId: "framework",
        leader: given.leader === undefined ? `127.0.0.1:${port}` : given.leader,
        marathon_config: { mesos_leader_ui_url: `${url}/` },
      });
    case "/v2/events":
      return (_request: Asked, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("event: event_stream_attached\ndata: {}\n\n");
      };
    case "/v2/apps":
      return { apps: [] };
    case given.old === true ? "/state.json" : "/slaves":
      return {
        slaves: [{ id: "agent", pid: `slave(1)@127.0.0.1:${port}`, hostname: "quay-1" }],
        ...(typeof flags === "number" ? {} : { flags }),
      };
    case given.old === true ? "" : "/flags":
      return typeof flags === "number" ? flags : { flags };
    case "/state-summary":
      return {
        hostname: "127.0.0.1",
        slaves: [
          {
            id: "agent",
            pid: `slave(1)@127.0.0.1:${port}`,
            hostname: "quay-1",
            active: true,
            resources: resources(4, 8192),
            used_resources: resources(4 - (given.free?.cpus ?? 3), 8192 - (given.free?.mem ?? 4096)),
          },
        ],
        frameworks: [],
      };
    default:
      return 404;
  }
}

const resources = (cpus: number, mem: number) => ({ cpus, mem, disk: 0, gpus: 0 });

function dated({ clockAheadMs = 0 }: Documented, body: object): Answer {
  return (_request: Asked, response: ServerResponse) => {
    const date = new Date(Date.now() + clockAheadMs).toUTCString();
    response.writeHead(200, { "content-type": "application/json", date }).end(JSON.stringify(body));
  };
}
