export interface ReleaseRow {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  readonly subject: string | null;
  /** refs/heads/… or refs/tags/…: what it was built for; null where no deployment says so. */
  readonly refName: string | null;
  readonly digest: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly servedAt: Date | null;
  readonly live: boolean;
}

interface ReleaseSource {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  readonly createdAt: Date;
  readonly createdByName: string | null;
  readonly servedAt: Date | null;
  readonly image: { readonly digest: string };
  readonly deployments: ReadonlyArray<{ readonly subject: string | null; readonly refName: string }>;
}

/** A release as pages show it. */
export function releaseRowOf(row: ReleaseSource, liveId: string | null): ReleaseRow {
  return {
    id: row.id,
    number: row.number,
    commit: row.commit,
    subject: row.deployments[0]?.subject ?? null,
    refName: row.deployments[0]?.refName ?? null,
    digest: row.image.digest,
    createdAt: row.createdAt,
    createdBy: row.createdByName,
    servedAt: row.servedAt,
    live: row.id === liveId,
  };
}
