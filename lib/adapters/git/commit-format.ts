import { cleanText, clip } from "./failure.ts";
import { isCommitId } from "./ref-name.ts";

export interface CommitInfo {
  readonly commit: string;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly committerName: string;
  readonly committerEmail: string;
  /** First paragraph of the message on one line, at most 300 characters. */
  readonly subject: string;
  readonly committedAt: Date;
}

/** Fields end with NUL, which no git object can hold in these places. */
export const commitFormat = "%H%x00%an%x00%ae%x00%cn%x00%ce%x00%ct%x00%s%x00";

const fieldsPerCommit = 7;

/** What `git log --format=<commitFormat>` printed; hostile bytes become valid, visible text. */
export function parseCommits(output: Buffer): CommitInfo[] {
  const fields = output.toString("utf8").split("\0");
  const commits: CommitInfo[] = [];
  for (let index = 0; index + fieldsPerCommit <= fields.length; index += fieldsPerCommit) {
    const [commit = "", authorName = "", authorEmail = "", ...rest] = fields.slice(index, index + fieldsPerCommit);
    const [committerName = "", committerEmail = "", seconds = "", subject = ""] = rest;
    const id = commit.trim();
    if (!isCommitId(id)) continue;
    commits.push({
      commit: id,
      authorName: tidy(authorName, 200),
      authorEmail: tidy(authorEmail, 254),
      committerName: tidy(committerName, 200),
      committerEmail: tidy(committerEmail, 254),
      subject: tidy(subject, 300),
      committedAt: parseTime(seconds),
    });
  }
  return commits;
}

function tidy(text: string, length: number): string {
  return clip(cleanText(text).replace(/ {2,}/g, " ").trim(), length);
}

/** Seconds since 1970; what no calendar knows becomes the beginning of time. */
function parseTime(seconds: string): Date {
  const number = Number(seconds);
  const latest = 253_402_300_799; // the end of the year 9999, the last Postgres and browsers agree on
  return new Date(Number.isFinite(number) && number >= 0 && number <= latest ? number * 1_000 : 0);
}
