import { type FailureKind, MarathonFailure } from "../failures.ts";
import { type Answer } from "./request.ts";

const statuses: Readonly<Record<FailureKind, number>> = {
  badRequest: 400,
  notAcceptable: 405,
  invalidJson: 400,
  wrongShape: 422,
  notValid: 422,
  illegal: 422,
  notFound: 404,
  alreadyExists: 409,
  locked: 409,
  tooManyDeployments: 403,
  notSupported: 405,
  unavailable: 503,
};

/** Marathon's answer to anything thrown; null for what is nobody's fault but this program's. */
export function failureAnswer(error: unknown): Answer | null {
  if (!(error instanceof MarathonFailure)) return null;
  return {
    status: statuses[error.kind],
    json: {
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
      ...(error.deployments === undefined ? {} : { deployments: error.deployments.map((id) => ({ id })) }),
    },
    ...(error.kind === "unavailable" ? { headers: { "Retry-After": "1" } } : {}),
  };
}
