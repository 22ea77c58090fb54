import type { ErrorCode } from "#lib/core/errors.ts";

/** HTTP's numbers live here and nowhere else. A code without one is a refusal of what was asked: 422. */
const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_input: 400,
  not_signed_in: 401,
  credentials_wrong: 401,
  forbidden: 403,
  own_commit: 403,
  view_only: 403,
  invitation_foreign: 403,
  password_not_used: 403,
  identity_unknown: 403,
  email_unverified: 403,
  sign_in_failed: 403,
  not_found: 404,
  request_too_slow: 408,
  conflict: 409,
  verdict_outdated: 409,
  verdict_meanwhile: 409,
  already_exists: 409,
  setup_done: 409,
  last_admin: 409,
  gone: 410,
  payload_too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  identity_provider_unavailable: 503,
  docker_unavailable: 503,
  registry_unavailable: 503,
  marathon_unavailable: 503,
};

export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 422;
}
