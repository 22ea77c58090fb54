import type { RemoteRef } from "#lib/adapters/git/ls-remote.ts";
import type { PullRef } from "#lib/adapters/git/pull-refs.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { systemActor } from "../access/policy.ts";
import { writeAudit } from "../audit/write.ts";
import { destroyEnvironment } from "../environments/destroy.ts";

/** A forge keeps the heads of all pull requests it ever had: only so many of the newest become known. */
const newestKnown = 200;

/**
 * Writes which pull requests are open, and takes away the environments of those that are not any more. Every one counts as from a fork unless
 * its commit is the head of a branch here; then the branch is what gets a preview. Nothing is started: that is for people to say. Answers
 * whether anything changed.
 */
export async function storePulls(
  tx: Transaction,
  projectId: string,
  listed: readonly PullRef[] | null,
  refs: readonly RemoteRef[],
): Promise<boolean> {
  if (listed === null) return false;
  const rows = await tx.pullRequest.findMany({
    where: { projectId },
    select: { id: true, number: true, commit: true, refName: true, goneAt: true, closedAt: true },
  });
  const known = new Map(rows.map((row) => [row.number, row]));
  const heads = new Set(refs.filter((ref) => ref.kind === "branch").map((ref) => ref.commit));
  const open = listed.filter(
    (pull, place) =>
      !heads.has(pull.commit) && (known.get(pull.number)?.closedAt ?? null) === null && (place < newestKnown || known.has(pull.number)),
  );
  const changed = open.filter((pull) => {
    const row = known.get(pull.number);
    return row === undefined || row.commit !== pull.commit || row.refName !== pull.fullName || row.goneAt !== null;
  });
  const stillOpen = new Set(open.map((pull) => pull.number));
  const gone = rows.filter((row) => row.goneAt === null && !stillOpen.has(row.number) && row.commit !== null);
  await write(tx, projectId, changed);
  if (gone.length > 0) await tx.pullRequest.updateMany({ where: { id: { in: gone.map(({ id }) => id) } }, data: { goneAt: new Date() } });
  await destroyOf(tx, gone);
  return changed.length + gone.length > 0;
}

/** One statement, however many. Details belong to a commit: a new one does not keep the old one's. */
async function write(tx: Transaction, projectId: string, pulls: readonly PullRef[]): Promise<void> {
  if (pulls.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO pull_request (id, project_id, number, ref_name, commit)
    SELECT gen_random_uuid(), ${projectId}::uuid, n.number, n."fullName", n.commit
    FROM jsonb_to_recordset(${JSON.stringify(pulls)}::jsonb) AS n(number int, "fullName" text, commit text)
    ON CONFLICT (project_id, number) DO UPDATE SET ref_name = EXCLUDED.ref_name, gone_at = NULL, changed_at = now(),
      author_name = CASE WHEN pull_request.commit = EXCLUDED.commit THEN pull_request.author_name END,
      subject = CASE WHEN pull_request.commit = EXCLUDED.commit THEN pull_request.subject END, commit = EXCLUDED.commit`;
}

async function destroyOf(tx: Transaction, gone: ReadonlyArray<{ readonly id: string; readonly number: number }>): Promise<void> {
  if (gone.length === 0) return;
  const environments = await tx.environment.findMany({
    where: { pullRequestId: { in: gone.map(({ id }) => id) }, destroyedAt: null, desired: { not: "destroyed" } },
    select: { id: true, projectId: true, pullRequest: { select: { number: true } } },
  });
  for (const environment of environments) {
    const number = environment.pullRequest?.number ?? 0;
    await destroyEnvironment(tx, systemActor, environment, `Pull request ${number} is closed, merged or no longer followed`);
    await writeAudit(tx, systemActor, {
      action: "environment.destroy",
      objectType: "environment",
      objectId: environment.id,
      projectId: environment.projectId,
      environmentId: environment.id,
      outcome: "allowed",
      detail: { pullRequest: number },
    });
  }
}
