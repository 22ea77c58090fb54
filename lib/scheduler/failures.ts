/** What can be wrong with a request, in Marathon's own kinds; the API turns each into its status and body. */
export type FailureKind =
  | "badRequest"
  | "notAcceptable"
  | "invalidJson"
  | "wrongShape"
  | "notValid"
  | "illegal"
  | "notFound"
  | "alreadyExists"
  | "locked"
  | "tooManyDeployments"
  | "notSupported"
  | "unavailable";

export interface FailureDetail {
  readonly path: string;
  readonly errors: readonly string[];
}

interface FailureOptions {
  readonly details?: string | readonly FailureDetail[];
  readonly deployments?: readonly string[];
}

/** A refusal as a Marathon client expects it. The message is part of the wire format: clients match on it. */
export class MarathonFailure extends Error {
  readonly kind: FailureKind;
  readonly details: string | readonly FailureDetail[] | undefined;
  readonly deployments: readonly string[] | undefined;

  constructor(kind: FailureKind, message: string, options: FailureOptions = {}) {
    super(message);
    this.name = "MarathonFailure";
    this.kind = kind;
    this.details = options.details;
    this.deployments = options.deployments;
  }
}

export function notValid(details: readonly FailureDetail[]): MarathonFailure {
  return new MarathonFailure("notValid", "Object is not valid", { details });
}

export function appNotFound(id: string, version?: string): MarathonFailure {
  return new MarathonFailure("notFound", `App '${id}' does not exist${version === undefined ? "" : ` in version ${version}`}`);
}

/** Two lists of affected apps meet: the newer change must wait or force its way. */
export function locked(deploymentIds: readonly string[]): MarathonFailure {
  const message =
    "App is locked by one or more deployments. Override with the option '?force=true'. " +
    "View details at '/v2/deployments/<DEPLOYMENT_ID>'.";
  return new MarathonFailure("locked", message, { deployments: deploymentIds });
}
