/** What one health check of one task has seen so far, in the words of `healthCheckResults`. Times are timestamps or null. */
export interface CheckState {
  readonly firstSuccess: string | null;
  readonly lastSuccess: string | null;
  readonly lastFailure: string | null;
  readonly lastFailureCause: string | null;
  readonly consecutiveFailures: number;
}

export const unseen: CheckState = {
  firstSuccess: null,
  lastSuccess: null,
  lastFailure: null,
  lastFailureCause: null,
  consecutiveFailures: 0,
};

/** Whether anything was recorded: before, the task's health is unknown, not bad. */
export function isKnown(state: CheckState): boolean {
  return state.lastSuccess !== null || state.lastFailure !== null;
}

/** The last success is newer than the last failure. */
export function isAlive(state: CheckState): boolean {
  if (state.lastSuccess === null) return false;
  return state.lastFailure === null || state.lastSuccess > state.lastFailure || state.consecutiveFailures === 0;
}

export function afterSuccess(state: CheckState, now: string): CheckState {
  return { ...state, firstSuccess: state.firstSuccess ?? now, lastSuccess: now, consecutiveFailures: 0 };
}

interface FailureQuestion {
  readonly now: string;
  readonly cause: string;
  /** Within the grace period of the task's start. */
  readonly inGrace: boolean;
  readonly maxConsecutiveFailures: number;
  /** Checks of the MESOS_ kind kill at the first failure when the maximum is 0; the others never do then. */
  readonly mesosLevel: boolean;
}

/**
 * A failure, counted Marathon's way: not at all in the grace period before the first success, and with the comparison before the addition,
 * so that the kill comes with failure number maximum + 1.
 */
export function afterFailure(state: CheckState, question: FailureQuestion): { state: CheckState; counted: boolean; kill: boolean } {
  if (state.firstSuccess === null && question.inGrace) return { state, counted: false, kill: false };
  const { maxConsecutiveFailures: most, mesosLevel } = question;
  const kill = most === 0 ? mesosLevel : state.consecutiveFailures >= most;
  return {
    state: { ...state, lastFailure: question.now, lastFailureCause: question.cause, consecutiveFailures: state.consecutiveFailures + 1 },
    counted: true,
    kill,
  };
}
