import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join, resolve } from "node:path";

import { encode } from "next-auth/jwt";
import { z } from "zod";

import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { type Product, startBerth } from "#tests/support/product.ts";

import { makeWorld, type Who, type World } from "./world.ts";

/** The running product with the world of the matrix in its own database. */
export interface Standing {
  readonly berth: Product;
  readonly owner: Database;
  readonly world: World;
  readonly origin: string;
  who(name: string): Who;
  /** The `cookie` header of somebody who is signed in; empty for nobody. */
  cookie(who: Who): Promise<string>;
  end(): Promise<void>;
}

/** Starts the built product; nothing in it is deployed, for no worker is to touch what the world says is there. */
export async function openStanding(): Promise<Standing> {
  const berth = await startBerth();
  const key = async (name: string) => (await readFile(join(berth.home, "keys", name), "utf8")).trim();
  const { postgresPort } = z
    .object({ postgresPort: z.number() })
    .parse(JSON.parse(await readFile(join(berth.home, "running.json"), "utf8")));
  const url = `postgres://berth:${await key("postgres")}@127.0.0.1:${postgresPort}/berth`;
  const { database, close } = openDatabase(url, { connections: 3, onError: () => undefined });
  const world = await makeWorld(database);
  // What the world says is there never was: the worker is to leave it alone.
  await database.deployment.updateMany({ data: { status: "failed", errorCode: "cancelled", endedAt: new Date() } });
  await database.environment.updateMany({ data: { desired: "stopped" } });
  const secret = await key("auth-secret");
  return {
    berth,
    owner: database,
    world,
    origin: berth.dashboardUrl,
    who(name) {
      const found = world.people.find((each) => each.name === name);
      if (found === undefined) throw new Error(`Nobody is ${name}`);
      return found;
    },
    cookie: async ({ session }) =>
      session === null ? "" : `__Host-berth-session=${await encode({ token: { sid: session }, secret, maxAge: 3600 })}`,
    async end() {
      await close();
      await berth.remove();
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Ends a stream after its head, which is what says whether it opened. */
  readonly headOnly?: boolean;
}

/** One request as it stands: no header is added, no redirect followed, and the path goes out as it was written. */
export function send(origin: string, path: string, { method = "GET", headers = {}, body, headOnly = false }: Ask = {}): Promise<Reply> {
  const { hostname, port, host } = new URL(origin);
  return new Promise((done, fail) => {
    const request = httpRequest({
      host: hostname === "localhost" ? "127.0.0.1" : hostname,
      port,
      path,
      method,
      headers: { host, ...headers },
      agent: false,
    });
    request.setTimeout(20_000, () => request.destroy(new Error(`No answer to ${method} ${path}`)));
    request.once("error", fail).once("response", (response) => {
      const reply = { status: response.statusCode ?? 0, headers: response.headers };
      if (headOnly) {
        done({ ...reply, body: "" });
        request.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => done({ ...reply, body: Buffer.concat(chunks).toString("utf8") })).once("error", fail);
    });
    request.end(body);
  });
}

const root = resolve(import.meta.dirname, "../../..");
const actionsSchema = z.object({
  node: z.record(z.string(), z.object({ filename: z.string(), exportedName: z.string(), workers: z.record(z.string(), z.unknown()) })),
});

export interface BuiltAction {
  readonly id: string;
  /** A page that has it: Next takes an action only there. */
  readonly path: string;
}

/** The server actions of the built product, by the names they have in the table of doors. */
export async function builtActions(): Promise<ReadonlyMap<string, BuiltAction>> {
  const text = await readFile(join(root, ".next/server/server-reference-manifest.json"), "utf8");
  const { node } = actionsSchema.parse(JSON.parse(text));
  return new Map(
    Object.entries(node).map(([id, { filename, exportedName, workers }]) => [
      `${/^app\/actions\/(.+)\.ts$/.exec(filename)?.[1] ?? filename}#${exportedName}`,
      { id, path: pathOf(Object.keys(workers)[0] ?? "") },
    ]),
  );
}

/** app/(berth)/p/[slug]/page → /p/x: no action looks at the address it is sent to. */
function pathOf(worker: string): string {
  const parts = worker.split("/").slice(1, -1);
  return `/${parts
    .filter((part) => !part.startsWith("("))
    .map((part) => part.replace(/^\[.*\]$/, "x"))
    .join("/")}`;
}

/** A server action as the browser sends it: `(previous, form)` in the encoding of React's own client. */
export async function sendAction(
  origin: string,
  action: BuiltAction | undefined,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
  if (action === undefined) throw new Error("No such action was built");
  const { id, path } = action;
  const boundary = `----berth${randomUUID()}`;
  const parts = [
    ...Object.entries(fields).map(([name, value]) => [`_1_${name}`, value] as const),
    ["0", '[{"status":"idle"},"$K1"]'] as const,
  ];
  const body = `${parts.map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--${boundary}--\r\n`;
  return send(origin, path, {
    method: "POST",
    headers: { "content-type": `multipart/form-data; boundary=${boundary}`, "next-action": id, accept: "text/x-component", ...headers },
    body,
  });
}

/** The code with which an action refused, "ok" when it did not, read from what React streams back. */
export function actionCode({ status, body, headers }: Reply): string {
  if (status === 303 || headers["x-action-redirect"] !== undefined) return "ok";
  if (status >= 400) return String(status);
  return (
    /"status":"failed","problem":\{"code":"([a-z_]+)"/.exec(body)?.[1] ??
    (/"status":"done"/.test(body) ? "ok" : `unreadable ${body.slice(0, 200)}`)
  );
}
