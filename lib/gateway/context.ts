import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Log } from "#lib/platform/log.ts";

import type { Access } from "./access.ts";
import type { GatewayCookies } from "./cookies.ts";
import type { HeaderRules } from "./headers.ts";
import type { GatewayLimits } from "./limits.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { RouteTable } from "./route-table.ts";
import type { Upstreams } from "./upstreams.ts";

/** What every request of one gateway shares. */
export interface GatewayContext {
  readonly log: Log;
  readonly limits: GatewayLimits;
  readonly table: RouteTable;
  readonly upstreams: Upstreams;
  readonly rules: HeaderRules;
  readonly access: Access;
  readonly cookies: GatewayCookies;
  /** Every answer under way. */
  readonly open: OpenStreams;
  /** The base host with a leading dot, lower case. */
  readonly suffix: string;
  readonly scheme: "http" | "https";
  readonly dashboardUrl: string;
  readonly tunnels: Set<Socket>;
  readonly statusStreams: Set<ServerResponse>;
  readonly nextRequestId: () => string;
  /** Requests waiting for a route change. */
  held: number;
  /** Requests not answered yet. */
  running: number;
  stopping: boolean;
}
