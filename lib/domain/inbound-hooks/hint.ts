import { z } from "zod";

/** What a webhook hints at. Nothing of it is believed: it says where to look. */
export interface Hint {
  /** Whether the refs may have changed. */
  readonly look: boolean;
  /** The ref or pull request it is about, for the log. */
  readonly ref: string | null;
  /** What it says of a pull request, for people to read. */
  readonly pull: PullHearsay | null;
}

export interface PullHearsay {
  readonly number: number;
  readonly title: string | null;
  readonly closed: boolean;
}

const text = z.string().max(2_000).optional().catch(undefined);
const pullNumber = z.number().int().positive().max(999_999_999);
const pullRequest = z.object({ number: pullNumber, title: text, state: text }).optional().catch(undefined);
/** The few fields that are looked at, of all forges together; everything else is left alone. */
const payloadSchema = z.object({
  ref: text,
  ref_type: text,
  object_kind: text,
  pull_request: pullRequest,
  object_attributes: z
    .object({ iid: pullNumber.optional().catch(undefined), title: text, state: text })
    .optional()
    .catch(undefined),
  push: z
    .object({
      changes: z
        .array(z.object({ new: z.object({ name: text }).nullish().catch(null), old: z.object({ name: text }).nullish().catch(null) }))
        .max(1_000)
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  pullrequest: z.object({ id: z.number().int().positive() }).optional().catch(undefined),
});

/** Events after which the refs are as they were. */
const idle =
  /^(?:ping|diagnostics:ping|issues?|issue_comment|star|watch|fork|release|wiki|status|check_run|check_suite|deployment|deployment_status|workflow_run|workflow_job|note hook|issue hook|pipeline hook|job hook|release hook|wiki page hook|repo:fork|repo:commit_status_.*|issue:.*)$/i;

/** Reads a body that was signed rightly. Throws SyntaxError for what is not JSON, ZodError for what is no object. */
export function readHint(event: string, body: string): Hint {
  const payload = payloadSchema.parse(JSON.parse(body));
  return {
    look: !idle.test(event),
    ref: printable(refOf(payload)),
    pull: pullOf(payload),
  };
}

function printable(told: string | null | undefined): string | null {
  return told?.replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, "?").slice(0, 300) ?? null;
}

function pullOf({ pull_request: pull, object_kind: kind, object_attributes: merge }: z.output<typeof payloadSchema>): PullHearsay | null {
  if (pull !== undefined) return { number: pull.number, title: printable(pull.title), closed: pull.state === "closed" };
  if (kind !== "merge_request" || merge?.iid === undefined) return null;
  return { number: merge.iid, title: printable(merge.title), closed: merge.state === "closed" || merge.state === "merged" };
}

function refOf(payload: z.output<typeof payloadSchema>): string | null {
  if (payload.ref !== undefined) {
    const kind = payload.ref_type === "tag" ? "refs/tags/" : "refs/heads/";
    return payload.ref.startsWith("refs/") ? payload.ref : `${kind}${payload.ref}`;
  }
  if (payload.pull_request !== undefined) return `pull request ${payload.pull_request.number}`;
  if (payload.pullrequest !== undefined) return `pull request ${payload.pullrequest.id}`;
  if (payload.object_kind === "merge_request" && payload.object_attributes?.iid !== undefined)
    return `merge request ${payload.object_attributes.iid}`;
  const change = payload.push?.changes?.[0];
  return change?.new?.name ?? change?.old?.name ?? null;
}

/** The JSON in a request's body: as it stands, or in the form field that GitHub, Gitea and Gogs send when they are told to. */
export function jsonIn(contentType: string, raw: Buffer): string {
  const body = raw.toString("utf8");
  if (!contentType.toLowerCase().startsWith("application/x-www-form-urlencoded")) return body;
  return new URLSearchParams(body).get("payload") ?? "";
}
