import type { IncomingMessage } from "node:http";

import type { Route } from "./route.ts";

/**
 * Whether this request may see this environment; asked before anything is forwarded, for plain requests, upgrades and
 * status streams alike. `false` is answered like a host that does not exist. Answer without a promise whenever
 * the right is at hand: this runs for every request.
 */
export function mayView(_request: IncomingMessage, _route: Route): boolean | Promise<boolean> {
  return true;
}
