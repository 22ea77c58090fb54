import { lookup as resolveName } from "node:dns";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type IncomingMessage, type RequestOptions, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Bytes that may still be written, shared by everything a task fetches. */
export interface Budget {
  left: number;
  readonly most: number;
}

export interface FetchRules {
  /** Files `file:` may name. */
  readonly files: readonly string[];
  /** `host:port` that may be asked although they are on this machine or its link. */
  readonly hosts: readonly string[];
}

const mostRedirects = 5;

/** This machine itself and its link: tasks cannot reach them, so what tasks fetch must not either. */
const own = new BlockList();
own.addSubnet("127.0.0.0", 8, "ipv4");
own.addSubnet("0.0.0.0", 8, "ipv4");
own.addSubnet("169.254.0.0", 16, "ipv4");
own.addSubnet("224.0.0.0", 3, "ipv4");
own.addAddress("::1", "ipv6");
own.addAddress("::", "ipv6");
own.addSubnet("fe80::", 10, "ipv6");
own.addSubnet("ff00::", 8, "ipv6");

/** Writes what an address leads to into a file. Throws a sentence when it cannot be had, or is more than the budget. */
export async function download(uri: string, path: string, rules: FetchRules, budget: Budget, signal: AbortSignal): Promise<void> {
  const url = new URL(uri);
  const source = url.protocol === "file:" ? await openFile(url, rules) : await openUrl(url, rules, signal, mostRedirects);
  await pipeline(source, countInto(budget), createWriteStream(path, { mode: 0o600, flags: "wx" }), { signal });
}

/** Passes on what fits into the budget, and fails with what does not. */
export function countInto(budget: Budget): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      budget.left -= chunk.length;
      if (budget.left < 0) done(new Error(`it is larger than the ${Math.floor(budget.most / 1_048_576)} MiB a task may fetch`));
      else done(null, chunk);
    },
  });
}

async function openFile(url: URL, rules: FetchRules): Promise<NodeJS.ReadableStream> {
  const path = decodeURIComponent(url.pathname);
  if (url.host !== "" || !rules.files.includes(path))
    throw new Error(`the file ${path} is not one that the operator of this scheduler allows`);
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no file`);
  return createReadStream(path);
}

async function openUrl(url: URL, rules: FetchRules, signal: AbortSignal, redirects: number): Promise<IncomingMessage> {
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`it leads to ${url.protocol}, which is not fetched`);
  const response = await ask(url, rules, signal);
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) return response;
  response.destroy();
  if (statusCode < 301 || statusCode > 308 || headers.location === undefined) throw new Error(`the server answered ${statusCode}`);
  if (redirects === 0) throw new Error("it is redirected too often");
  return openUrl(new URL(headers.location, url), rules, signal, redirects - 1);
}

function ask(url: URL, rules: FetchRules, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const allowed = rules.hosts.includes(`${url.hostname}:${port}`.toLowerCase());
  if (!allowed && isIP(host) !== 0 && isOwn(host)) return Promise.reject(new Error(refusal(url.host)));
  const options: RequestOptions = {
    method: "GET",
    headers: { "user-agent": "berth-scheduler", "accept-encoding": "identity" },
    agent: false,
    signal,
    ...(allowed ? {} : { lookup: publicLookup }),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === "https:" ? httpsRequest(url, options, resolve) : httpRequest(url, options, resolve);
    request.on("error", reject);
    request.end();
  });
}

/** Looks a name up, and fails when it leads to this machine: what was looked up is what is connected to. */
const publicLookup: NonNullable<RequestOptions["lookup"]> = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0);
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isOwn(address))) return callback(new Error(refusal(hostname)), "", 0);
    if (options.all === true) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

function isOwn(address: string): boolean {
  return isIP(address) === 6 ? own.check(address, "ipv6") : own.check(address, "ipv4");
}

function refusal(host: string): string {
  return `${host} is this machine or its own link, which tasks may not ask through the scheduler`;
}
