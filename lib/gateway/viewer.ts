import type { IncomingMessage } from "node:http";

import type { Verdict } from "./access.ts";
import { clientAddress } from "./client-address.ts";
import type { GatewayContext } from "./context.ts";
import { type Credential, credentialsOf } from "./credentials.ts";
import type { Route } from "./route.ts";

/** The one who made a request, as far as an environment is concerned: what he shows, and what it is worth. */
export class Viewer {
  readonly #context: GatewayContext;
  readonly #request: IncomingMessage;
  /** The Host header as it came, and the name looked up for it. */
  readonly #hostHeader: string;
  readonly #name: string;
  readonly #upgrades: boolean;
  #credentials: readonly Credential[] | null = null;
  #seen: Route | null = null;

  constructor(context: GatewayContext, request: IncomingMessage, hostHeader: string, name: string, upgrades: boolean) {
    this.#context = context;
    this.#request = request;
    this.#hostHeader = hostHeader;
    this.#name = name;
    this.#upgrades = upgrades;
  }

  /**
   * Whether he may see the environment of `route` (undefined: the host leads nowhere, and the answer is no, but not sooner). Asked before
   * anything is forwarded, for plain requests, upgrades and status streams alike.
   */
  mayView(route: Route | undefined): Verdict | Promise<Verdict> {
    this.#seen = route ?? null;
    if (route?.public === true) return "yes";
    const credentials = (this.#credentials ??= this.#worthyCredentials());
    const [first] = credentials;
    if (first === undefined) return "no";
    return credentials.length === 1 ? this.#ask(first, route) : this.#askAll(credentials, route);
  }

  /** The same once more, for what has been open since: by what is known of its environment now, or was known last. */
  still(): Verdict | Promise<Verdict> {
    const seen = this.#seen;
    const now = this.#context.table.find(this.#name);
    return this.mayView(seen !== null && now?.environmentId !== seen.environmentId ? seen : now);
  }

  #ask(credential: Credential, route: Route | undefined): Verdict | Promise<Verdict> {
    const address = clientAddress(this.#request.socket);
    return this.#context.access.mayView({ credential, environmentId: route?.environmentId ?? null, host: this.#name, address });
  }

  async #askAll(credentials: readonly Credential[], route: Route | undefined): Promise<Verdict> {
    const verdicts = await Promise.all(credentials.map(async (credential) => this.#ask(credential, route)));
    return (["yes", "unknown", "busy"] as const).find((verdict) => verdicts.includes(verdict)) ?? "no";
  }

  #worthyCredentials(): readonly Credential[] {
    const credentials = credentialsOf(this.#request.rawHeaders, this.#context.cookies.pass);
    if (credentials.length === 0 || !credentials.some(({ ambient }) => ambient) || this.#isOwnWish()) return credentials;
    return credentials.filter(({ ambient }) => !ambient);
  }

  /** Whether the browser sent what it sends by itself from this very environment or to open it, and not because another site told it to. */
  #isOwnWish(): boolean {
    const { headers, method = "GET" } = this.#request;
    const own = `${this.#context.scheme}://${this.#hostHeader.toLowerCase()}`;
    if (this.#upgrades) return headers.origin?.toLowerCase() === own;
    const site = headers["sec-fetch-site"];
    if (site === "same-origin" || site === "none") return true;
    const reads = method === "GET" || method === "HEAD";
    if (site !== undefined) return reads && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
    // Browsers without these headers, and all of them on plain http, still say where a write comes from.
    return headers.origin === undefined || headers.origin.toLowerCase() === own;
  }
}
