import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { HttpAnswer } from "#lib/platform/outbound-http/client.ts";

/** Marathon is at work on the same app; `deployments` are in the way. */
export class MarathonLocked extends BerthError {
  readonly deployments: readonly string[];

  constructor(deployments: readonly string[]) {
    super("marathon_locked", { detail: `In the way: deployment ${deployments.join(", ").slice(0, 300)}.` });
    this.deployments = deployments;
  }
}

/** A standby knows no leader and has done nothing: the same request may be sent again. */
export class MarathonLeaderless extends BerthError {
  constructor(detail: string) {
    super("marathon_unavailable", { detail });
  }
}

const problemSchema = z.union([
  z.string(),
  z
    .object({ attribute: z.string().optional(), error: z.string().optional() })
    .transform(({ attribute, error }) => [attribute, error].filter((part) => part !== undefined).join(" ")),
]);

const bodySchema = z.object({
  message: z.string().optional().catch(undefined),
  /** The gateway of DC/OS says it so. */
  description: z.string().optional().catch(undefined),
  details: z
    .union([z.string(), z.array(z.object({ path: z.string().catch(""), errors: z.array(problemSchema).catch([]) }))])
    .optional()
    .catch(undefined),
  errors: z.array(problemSchema).optional().catch(undefined),
  deployments: z
    .array(z.object({ id: z.string() }))
    .optional()
    .catch(undefined),
});
type RefusalBody = Partial<z.infer<typeof bodySchema>>;

const maxReadBytes = 256 * 1024;

/** What an answer other than 2xx means: five refusals that look alike, and Marathon or somebody in front of it being in trouble. */
export function refusal(answer: Pick<HttpAnswer, "status" | "body">): BerthError {
  const body = readBody(answer.body);
  const detail = readable(body, answer.status);
  switch (answer.status) {
    case 409:
      return body.deployments && body.deployments.length > 0
        ? new MarathonLocked(body.deployments.map((deployment) => deployment.id))
        : new BerthError("already_exists", { detail });
    case 403:
      return /max number.*running deployments/i.test(body.message ?? "")
        ? new BerthError("marathon_too_many", { detail })
        : new BerthError("marathon_unauthorised", { detail });
    case 401:
      return new BerthError("marathon_unauthorised", { detail });
    case 404:
      return new BerthError("not_found", { detail });
    case 400:
    case 413:
    case 422:
      return new BerthError("marathon_refused", { detail });
    case 429:
      return new BerthError("marathon_unavailable", { detail });
    case 502:
    case 503:
      return /could not determine the current leader|connection to leader refused|detected proxying loop/i.test(
        answer.body.toString("latin1"),
      )
        ? new MarathonLeaderless("It has no leader at the moment.")
        : new BerthError("marathon_unavailable", { detail });
    default:
      // A URL that Marathon does not know is answered with 500 by the last versions.
      return new BerthError(answer.status >= 500 && body.message !== "URI not found" ? "marathon_unavailable" : "marathon_failed", {
        detail,
      });
  }
}

function readBody(bytes: Buffer): RefusalBody {
  const text = bytes.subarray(0, maxReadBytes).toString("utf8");
  try {
    const body = bodySchema.safeParse(JSON.parse(text)).data ?? {};
    return { ...body, message: body.message ?? body.description };
  } catch {
    return { message: sentenceOf(text) };
  }
}

/** What a proxy or Jetty says in a page is in its title; a plain line is taken as it is. */
function sentenceOf(text: string): string | undefined {
  const title = /<title>([^<]{1,300})/i.exec(text)?.[1]?.trim();
  if (title !== undefined && title !== "") return title;
  const line = text.trim();
  return line === "" || line.length > 300 || /[<{[]/.test(line) ? undefined : line;
}

/** `Object is not valid: /upgradeStrategy/minimumHealthCapacity is greater than 1`. */
function readable(body: RefusalBody, status: number): string {
  const details =
    typeof body.details === "string"
      ? [body.details]
      : (body.details ?? []).map(({ path, errors }) => `${path === "" || path === "/" ? "" : `${path} `}${errors.join(", ")}`);
  const problems = [...details, ...(body.errors ?? [])].map((part) => part.trim()).filter((part) => part !== "");
  const message = body.message ?? `Marathon answered ${status}`;
  const full = problems.length === 0 ? message : `${message}: ${problems.join("; ")}`;
  return full.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, " ").slice(0, 800);
}
