import type { ForgeName } from "#lib/core/forge-names.ts";

export interface ForgeTarget {
  readonly forge: ForgeName;
  /** Where its API is, without a slash at the end. */
  readonly apiUrl: string;
  /** owner/name, or group/subgroup/name on GitLab. */
  readonly repository: string;
  readonly token: string;
  /** Heads of pull requests as git sees them, for forges whose API does not list any. */
  readonly pullRefs: () => Promise<ReadonlyArray<{ readonly number: number; readonly commit: string }>>;
}

export interface CommitStatus {
  readonly commit: string;
  /** What the status is called, such as `berth/review/issue-1`. */
  readonly context: string;
  readonly state: "pending" | "success" | "failure";
  readonly description: string;
  /** Where it leads. */
  readonly url: string;
}

export type ForgeProblem =
  /** The token is not accepted, or may not do this. */
  | "unauthorised"
  /** No such repository, commit or comment; forges answer so, too, where a token sees nothing. */
  | "not_found"
  | "rate_limited"
  | "unavailable"
  /** It will not take this, however often it is asked. */
  | "refused";

/** A forge that did not do what it was asked. The message is fit for people and holds no token. */
export class ForgeError extends Error {
  readonly problem: ForgeProblem;

  constructor(problem: ForgeProblem, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "ForgeError";
    this.problem = problem;
  }
}

/** One repository at its forge. All calls throw ForgeError. Repeating any of them changes nothing. */
export interface Forge {
  /** Whether the repository can be read with the token. */
  check(): Promise<void>;
  /** Null where the forge knows no statuses. */
  readonly setStatus: ((status: CommitStatus) => Promise<void>) | null;
  /** The number of the open pull request from this branch of the repository itself, whose head is `commit`; null when there is none. */
  findPullRequest(branch: string, commit: string): Promise<number | null>;
  /** Edits the comment that holds `marker`, or makes it where there is none. The body holds the marker. */
  writeComment(pullRequest: number, marker: string, body: string): Promise<void>;
}
