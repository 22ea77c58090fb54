import { createHash } from "node:crypto";

import { connectForge } from "#lib/adapters/forges/connect.ts";
import { type Forge, ForgeError } from "#lib/adapters/forges/forge.ts";
import { describeError } from "#lib/core/errors.ts";
import { type ForgeName, forgeNames } from "#lib/core/forge-names.ts";
import { open, type PrivateSealingKey } from "#lib/platform/crypto/sealing.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";
import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import type { Settings } from "../command.ts";
import { type Wanted, wantedOf } from "./wanted.ts";

export interface ReportContext {
  readonly database: Database;
  readonly settings: Settings;
  readonly log: Log;
  readonly sealingKey: PrivateSealingKey;
  readonly http: HttpClient;
  /** Heads of the pull requests of a project's repository, as git sees them. */
  readonly pullRefs: (projectId: string) => Promise<ReadonlyArray<{ readonly number: number; readonly commit: string }>>;
  /** Seconds before the second attempt, the third, and so on; then the last one again and again. */
  readonly pausesSeconds: readonly number[];
}

/** One thing to be told: known by its subject, the same as long as its hash is. */
interface Telling {
  readonly subject: string;
  readonly hash: string;
  /** Answers whether it was told; false when there is nobody to tell yet. */
  readonly tell: (forge: Forge) => Promise<boolean>;
}

const claimSeconds = 60;
/** A branch without a pull request may get one. */
const lookAgainSeconds = 120;
const perPass = 40;

/**
 * Compares what each connected forge was told with what is, and tells the difference: a state, not a stream of messages, so that what was
 * lost, doubled or interrupted ends the same.
 */
export async function reportToForges(context: ReportContext): Promise<void> {
  const connections = await context.database.forgeConnection.findMany({
    where: { secretId: { not: null }, project: { deletedAt: null }, OR: [{ statuses: true }, { comments: true }] },
    include: { secret: true, project: { select: { id: true, slug: true } } },
  });
  for (const connection of connections) {
    const name = forgeNames.find((forge) => forge === connection.forge);
    if (name === undefined || connection.secret === null) continue;
    const token = openToken(context, connection.projectId, connection.secret);
    if (token === null) continue;
    await reportProject(context, { ...connection, name, token }).catch((error: unknown) =>
      context.log.info({ project: connection.project.slug, reason: describeError(error) }, "A forge could not be told; it is tried again."),
    );
  }
}

interface Connection {
  readonly name: ForgeName;
  readonly token: string;
  readonly apiUrl: string;
  readonly repository: string;
  readonly statuses: boolean;
  readonly comments: boolean;
  readonly project: { readonly id: string; readonly slug: string };
}

async function reportProject(context: ReportContext, connection: Connection): Promise<void> {
  const { project, name, apiUrl, repository, token } = connection;
  const forge = connectForge(context.http, {
    forge: name,
    apiUrl,
    repository,
    token,
    pullRefs: () => context.pullRefs(project.id),
  });
  const tellings = tellingsOf(await wantedOf(context.database, context.settings, project), connection, forge);
  const known = new Map(
    (await context.database.forgeReport.findMany({ where: { projectId: project.id } })).map((row) => [row.subject, row]),
  );
  const now = Date.now();
  const due = tellings.filter(({ subject, hash }) => {
    const row = known.get(subject);
    return row === undefined || (row.told !== hash && row.nextAt.getTime() <= now);
  });
  let problem: string | null = null;
  for (const telling of due.slice(0, perPass)) {
    const ended = await tellOnce(context, project.id, forge, telling);
    if (ended instanceof ForgeError) problem = ended.message;
    // What is wrong with the token is wrong for all.
    if (
      ended instanceof ForgeError &&
      (ended.problem === "unauthorised" || ended.problem === "rate_limited" || ended.problem === "unavailable")
    )
      break;
  }
  if (due.length > 0)
    await context.database.forgeConnection.updateMany({ where: { projectId: project.id }, data: { problem, checkedAt: new Date() } });
}

function tellingsOf(wanted: Wanted, connection: Connection, forge: Forge): Telling[] {
  const { setStatus } = forge;
  const statuses =
    connection.statuses && setStatus !== null
      ? wanted.statuses.map((status) => ({
          subject: `status ${status.commit} ${status.context}`,
          hash: hashOf(status),
          tell: async () => {
            await setStatus(status);
            return true;
          },
        }))
      : [];
  const comments = connection.comments
    ? wanted.comments.map((comment) => ({
        subject: `comment ${comment.branch}`,
        hash: hashOf(comment),
        tell: async (to: Forge) => {
          const number = await to.findPullRequest(comment.branch, comment.commit);
          if (number === null) return false;
          await to.writeComment(number, comment.marker, comment.body);
          return true;
        },
      }))
    : [];
  return [...statuses, ...comments];
}

/** Claims the subject, so that no other worker tells it too, tells it and writes down that it was told. Answers the error, if any. */
async function tellOnce(
  context: ReportContext,
  projectId: string,
  forge: Forge,
  { subject, hash, tell }: Telling,
): Promise<ForgeError | null> {
  const [claimed] = await context.database.$queryRaw<Array<{ attempts: number }>>`
    INSERT INTO forge_report (project_id, subject, attempts, next_at, changed_at)
    VALUES (${projectId}::uuid, ${subject}, 1, now() + make_interval(secs => ${claimSeconds}), now())
    ON CONFLICT (project_id, subject) DO UPDATE SET attempts = forge_report.attempts + 1, next_at = EXCLUDED.next_at, changed_at = now()
      WHERE forge_report.next_at <= now()
    RETURNING attempts`;
  if (claimed === undefined) return null;
  const settle = (data: { told?: string; attempts?: number; problem: string | null; nextAt: Date }) =>
    context.database.forgeReport.updateMany({ where: { projectId, subject }, data: { ...data, changedAt: new Date() } });
  try {
    const told = await tell(forge);
    await settle({ ...(told ? { told: hash } : {}), attempts: 0, problem: null, nextAt: inSeconds(told ? 0 : lookAgainSeconds) });
    return null;
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    const pause = context.pausesSeconds[claimed.attempts - 1] ?? context.pausesSeconds.at(-1) ?? lookAgainSeconds;
    await settle({ problem: error.message.slice(0, 300), nextAt: inSeconds(pause) });
    return error;
  }
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

function openToken(context: ReportContext, projectId: string, sealed: Parameters<typeof open>[1]): string | null {
  try {
    return open(context.sealingKey, sealed, `forge:${projectId}`);
  } catch (error) {
    context.log.warn({ reason: describeError(error) }, "The token of a forge cannot be opened.");
    return null;
  }
}
