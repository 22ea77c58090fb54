import { BerthError } from "#lib/core/errors.ts";

/** What a version of Marathon understands; see `dialectOf`. */
export interface Dialect {
  /** major × 1000 + minor: 11 = 0.11, 1004 = 1.4. */
  readonly release: number;
  /** How apps are written: with `networks` (1.5 and later) or with `container.docker.network`. */
  readonly dialect: "1.4" | "1.5";
  /** Whether PUT can replace a whole app (1.4 and later). */
  readonly fullReplacement: boolean;
}

/** The dialect of a version such as `1.4.13` or `v1.5.0-SNAPSHOT`. An unknown version is taken for a new one. */
export function dialectOf(version: string): Dialect {
  const found = /^v?(\d+)\.(\d+)/.exec(version);
  const release = found ? Number(found[1]) * 1000 + Number(found[2]) : 1_000_000;
  return { release, dialect: release < 1005 ? "1.4" : "1.5", fullReplacement: release >= 1004 };
}

/** Throws `marathon_refused` unless Marathon is new enough for what an app asks for. */
export function demand(dialect: Dialect, release: number, what: string): void {
  if (dialect.release >= release) return;
  const since = `${Math.floor(release / 1000)}.${release % 1000}`;
  throw new BerthError("marathon_refused", { detail: `This Marathon is too old for ${what}: they came with ${since}.` });
}
