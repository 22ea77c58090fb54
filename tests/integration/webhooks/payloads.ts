import type { InboundForge } from "#lib/domain/inbound-hooks/forges.ts";

/** One webhook as a forge documents it: its headers beside the signature, and its body. */
export interface Example {
  readonly event: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What the log of the project says it is about. */
  readonly ref: string | null;
  readonly outcome: "taken" | "ignored";
}

const before = "28e1879d029cb852e4844d9c718537df08844e03";
const after = "bffeb74224043ba2feb48d137756c8a9331c449a";
const repository = { id: 1, name: "shop", full_name: "octo/shop", clone_url: "https://forge.example.org/octo/shop.git" };
const sender = { id: 2, login: "octo", username: "octo" };

/** Shapes after the documentation of each forge, with the fields that people's tools look at. */
export const examples: Readonly<Record<Exclude<InboundForge, "github" | "generic">, readonly Example[]>> = {
  gitlab: [
    {
      event: "Push Hook",
      headers: { "x-gitlab-event": "Push Hook", "idempotency-key": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f" },
      body: {
        object_kind: "push",
        event_name: "push",
        before,
        after,
        ref: "refs/heads/master",
        project: { id: 15 },
        commits: [],
        total_commits_count: 4,
      },
      ref: "refs/heads/master",
      outcome: "taken",
    },
    {
      event: "Tag Push Hook",
      headers: { "x-gitlab-event": "Tag Push Hook", "idempotency-key": "2" },
      body: { object_kind: "tag_push", before: "0".repeat(40), after, ref: "refs/tags/v1.0.0", project: { id: 15 } },
      ref: "refs/tags/v1.0.0",
      outcome: "taken",
    },
    {
      event: "Merge Request Hook",
      headers: { "x-gitlab-event": "Merge Request Hook", "idempotency-key": "3" },
      body: { object_kind: "merge_request", event_type: "merge_request", object_attributes: { iid: 7, source_branch: "ms-viewport" } },
      ref: "merge request 7",
      outcome: "taken",
    },
    {
      event: "Note Hook",
      headers: { "x-gitlab-event": "Note Hook", "idempotency-key": "4" },
      body: { object_kind: "note", object_attributes: { note: "Nice" } },
      ref: null,
      outcome: "ignored",
    },
  ],
  gitea: [
    {
      event: "push",
      headers: { "x-gitea-event": "push", "x-gitea-event-type": "push", "x-gitea-delivery": "f6266f16-1bf3-46a5-9ea4-602e06ead473" },
      body: { ref: "refs/heads/develop", before, after, commits: [], repository, pusher: sender, sender },
      ref: "refs/heads/develop",
      outcome: "taken",
    },
    {
      event: "create",
      headers: { "x-gitea-event": "create", "x-gitea-delivery": "2" },
      body: { sha: after, ref: "v2", ref_type: "tag", repository, sender },
      ref: "refs/tags/v2",
      outcome: "taken",
    },
    {
      event: "pull_request",
      headers: { "x-gitea-event": "pull_request", "x-gitea-delivery": "3" },
      body: { action: "synchronized", number: 4, pull_request: { number: 4, head: { ref: "x", repo: null } }, repository, sender },
      ref: "pull request 4",
      outcome: "taken",
    },
  ],
  gogs: [
    {
      event: "push",
      headers: { "x-gogs-event": "push", "x-gogs-delivery": "1" },
      body: { ref: "refs/heads/develop", before, after, compare_url: "", commits: [], repository, pusher: sender, sender },
      ref: "refs/heads/develop",
      outcome: "taken",
    },
    {
      event: "delete",
      headers: { "x-gogs-event": "delete", "x-gogs-delivery": "2" },
      body: { ref: "topic/one", ref_type: "branch", pusher_type: "user", repository, sender },
      ref: "refs/heads/topic/one",
      outcome: "taken",
    },
  ],
  bitbucket: [
    {
      event: "repo:push",
      headers: { "x-event-key": "repo:push", "x-request-uuid": "1", "x-hook-uuid": "h", "x-attempt-number": "1" },
      body: {
        actor: {},
        repository: { full_name: "octo/shop" },
        push: { changes: [{ new: { type: "branch", name: "main" }, old: null, created: true }] },
      },
      ref: "main",
      outcome: "taken",
    },
    {
      event: "repo:push",
      headers: { "x-event-key": "repo:push", "x-request-uuid": "2" },
      body: { push: { changes: [{ new: null, old: { type: "branch", name: "gone" }, closed: true }] } },
      ref: "gone",
      outcome: "taken",
    },
    {
      event: "pullrequest:updated",
      headers: { "x-event-key": "pullrequest:updated", "x-request-uuid": "3" },
      body: { pullrequest: { id: 9, title: "x" }, repository: { full_name: "octo/shop" } },
      ref: "pull request 9",
      outcome: "taken",
    },
  ],
};
