/** Bounds of the gateway. Times in milliseconds, sizes in bytes. */
export interface GatewayLimits {
  /** Client connections open at once; more are closed at once. */
  readonly connections: number;
  /** A request's line and headers. */
  readonly requestHeadBytes: number;
  /** Time for a client to send its request's head. */
  readonly requestHeadMs: number;
  /** Time an idle client connection stays open. */
  readonly keepAliveMs: number;
  /** Time to reach a task. */
  readonly connectMs: number;
  /** Time without any movement until a task has sent its answer's head (there is no limit on the whole). */
  readonly answerMs: number;
  /** Time a client may leave an answer unread. */
  readonly stallMs: number;
  /** An answer's status line and headers. */
  readonly answerHeadBytes: number;
  /** Time an unused connection to a task is kept; below the five seconds after which Node servers close theirs. */
  readonly idleMs: number;
  /** Connections to one task at once, not counting tunnels. */
  readonly connectionsPerTask: number;
  /** Time a request waits for a route change when no task can be reached. */
  readonly holdMs: number;
  /** Requests that may wait like that at once. */
  readonly held: number;
  /** Time a task is passed over after it could not be reached, while there are others. */
  readonly shunMs: number;
  /** Time the rest of a request's body is read away after the answer has ended before it. */
  readonly discardMs: number;
  /** Status streams of waiting pages at once. */
  readonly statusStreams: number;
  /** Time running requests get to finish when the gateway stops. */
  readonly drainMs: number;
  /** Pause between two full reads of the route table. */
  readonly reloadMs: number;
  /** Time for which somebody's right to see an environment is taken as it was last heard, and a refusal. */
  readonly accessGoodMs: number;
  readonly refusalGoodMs: number;
  /** Rights and refusals remembered, each. */
  readonly accessKept: number;
  /** Strangers' credentials being looked up at once, in all and for one client address. */
  readonly checks: number;
  readonly checksPerAddress: number;
  /** Pause between two looks at whether what is open may still be seen. */
  readonly recheckMs: number;
  /** Time for which something open goes on when nobody can say whether it may. */
  readonly doubtMs: number;
  /** Time for which rights are remembered while the database is away. */
  readonly memoryMs: number;
}

export const defaultLimits: GatewayLimits = {
  connections: 10_000,
  requestHeadBytes: 16 * 1024,
  requestHeadMs: 10_000,
  keepAliveMs: 65_000,
  connectMs: 5_000,
  answerMs: 120_000,
  stallMs: 300_000,
  answerHeadBytes: 64 * 1024,
  idleMs: 4_000,
  connectionsPerTask: 2_048,
  holdMs: 5_000,
  held: 1_000,
  shunMs: 2_000,
  discardMs: 10_000,
  statusStreams: 1_000,
  drainMs: 10_000,
  reloadMs: 30_000,
  accessGoodMs: 10_000,
  refusalGoodMs: 5_000,
  accessKept: 10_000,
  checks: 256,
  checksPerAddress: 64,
  recheckMs: 2_000,
  doubtMs: 20_000,
  memoryMs: 300_000,
};
