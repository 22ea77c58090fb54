import { type IncomingMessage, type Server, createServer } from "node:http";

import { z } from "zod";

/** What a forge was asked, in order. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ForgeServer {
  readonly origin: string;
  readonly host: string;
  readonly asked: readonly Asked[];
  readonly statuses: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly comments: Array<{ id: number; body: string }>;
  /** Answers everything with this status until it is null again. */
  fail(status: number | null): void;
  close(): Promise<void>;
}

export type Dialect = "github" | "gitlab" | "gitea";
const bodySchema = z.record(z.string(), z.unknown()).catch({});

interface Shape {
  readonly status: RegExp;
  readonly pulls: RegExp;
  readonly comments: RegExp;
  readonly edit: RegExp;
  readonly pull: (branch: string) => unknown;
  readonly authorization: (request: IncomingMessage) => string;
}

/** Paths, answers and refusals as each forge documents them, for the repository octo/shop with one open pull request, number 7. */
const shapes: Readonly<Record<Dialect, Shape>> = {
  github: {
    status: /^\/repos\/octo\/shop\/statuses\/[0-9a-f]{40}$/,
    pulls: /^\/repos\/octo\/shop\/pulls$/,
    comments: /^\/repos\/octo\/shop\/issues\/7\/comments$/,
    edit: /^\/repos\/octo\/shop\/issues\/comments\/(\d+)$/,
    pull: (branch) => ({ number: 7, state: "open", head: { ref: branch, label: `octo:${branch}`, repo: { full_name: "octo/shop" } } }),
    authorization: (request) => request.headers.authorization ?? "",
  },
  gitlab: {
    status: /^\/projects\/octo%2Fshop\/statuses\/[0-9a-f]{40}$/,
    pulls: /^\/projects\/octo%2Fshop\/merge_requests$/,
    comments: /^\/projects\/octo%2Fshop\/merge_requests\/7\/notes$/,
    edit: /^\/projects\/octo%2Fshop\/merge_requests\/7\/notes\/(\d+)$/,
    pull: (branch) => ({ id: 70, iid: 7, state: "opened", source_branch: branch, source_project_id: 3, target_project_id: 3 }),
    authorization: (request) => String(request.headers["private-token"] ?? ""),
  },
  gitea: {
    status: /^\/repos\/octo\/shop\/statuses\/[0-9a-f]{40}$/,
    pulls: /^\/repos\/octo\/shop\/pulls$/,
    comments: /^\/repos\/octo\/shop\/issues\/7\/comments$/,
    edit: /^\/repos\/octo\/shop\/issues\/comments\/(\d+)$/,
    pull: (branch) => ({ number: 7, state: "open", head: { label: branch, ref: branch, repo: { full_name: "octo/shop" } } }),
    authorization: (request) => request.headers.authorization ?? "",
  },
};

/** A forge on loopback that answers as documented. `branch` is the one with the pull request. */
export async function openForgeServer(dialect: Dialect, branch: string): Promise<ForgeServer> {
  const shape = shapes[dialect];
  const asked: Asked[] = [];
  const statuses: Array<Record<string, unknown>> = [];
  const comments: Array<{ id: number; body: string }> = [];
  let failure: number | null = null;
  let nextId = 100;

  function answerTo(method: string, url: URL, body: Record<string, unknown>): { status: number; json: unknown } {
    if (failure !== null) return { status: failure, json: { message: "Bad credentials" } };
    const path = url.pathname;
    if (method === "POST" && shape.status.test(path)) {
      const last = statuses.findLast((one) => one["context"] === body["context"] && one["name"] === body["name"]);
      if (dialect === "gitlab" && last?.["state"] === body["state"])
        return { status: 400, json: { message: "Cannot transition status via :run from :running" } };
      statuses.push({ ...body, commit: path.slice(path.lastIndexOf("/") + 1) });
      return { status: 201, json: { id: 1, ...body } };
    }
    if (method === "GET" && shape.pulls.test(path)) {
      const wanted = url.searchParams.get("source_branch") ?? url.searchParams.get("head")?.replace(/^octo:/, "") ?? branch;
      return { status: 200, json: wanted === branch ? [shape.pull(branch)] : [] };
    }
    if (method === "GET" && shape.comments.test(path)) {
      const page = Number(url.searchParams.get("page") ?? "1");
      const size = Number(url.searchParams.get("per_page") ?? "1000");
      return { status: 200, json: comments.slice((page - 1) * size, page * size) };
    }
    if (method === "POST" && shape.comments.test(path)) {
      comments.push({ id: nextId++, body: String(body["body"]) });
      return { status: 201, json: comments.at(-1) };
    }
    const own = comments.find(({ id }) => id === Number(shape.edit.exec(path)?.[1]));
    if ((method === "PATCH" || method === "PUT") && own !== undefined && (method === "PUT") === (dialect === "gitlab")) {
      own.body = String(body["body"]);
      return { status: 200, json: own };
    }
    return { status: 404, json: { message: "Not Found" } };
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://forge");
      const text = Buffer.concat(chunks).toString("utf8");
      const body = bodySchema.parse(text === "" ? {} : JSON.parse(text));
      const method = request.method ?? "GET";
      asked.push({ method, path: url.pathname, authorization: shape.authorization(request), body });
      const { status, json } = answerTo(method, url, body);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  const host = `127.0.0.1:${address.port}`;
  return {
    origin: `http://${host}`,
    host,
    asked,
    statuses,
    comments,
    fail: (status) => {
      failure = status;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
