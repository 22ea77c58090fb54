import { BerthError } from "#lib/core/errors.ts";

/** A member points at an address that is not configured: perhaps another name of a configured one, perhaps a stranger. */
export class MarathonElsewhere extends BerthError {
  constructor(host: string) {
    super("marathon_failed", { detail: `It sends Berth to ${host.slice(0, 200)}, which is not among the addresses it was given.` });
  }
}

export interface Members {
  /** Origins of the configured members: the only ones ever asked. */
  readonly origins: readonly string[];
  /** The URL of `path` at the member that is asked at the moment. */
  url(path: string): URL;
  /** Asks another member from now on. */
  next(): void;
  /** Asks the member at this address from now on, if it is a configured one. */
  prefer(address: string | undefined): void;
  /** Where a redirect leads, when that is a configured member (asked from now on); throws MarathonElsewhere otherwise. */
  follow(from: URL, location: string | undefined): URL;
}

/** The configured members of a cluster. `urls` may have a path, where Marathon lives below one. */
export function createMembers(urls: readonly string[]): Members {
  const bases = urls.map((text) => new URL(text.endsWith("/") ? text : `${text}/`));
  if (bases.length === 0) throw new BerthError("marathon_unavailable", { detail: "MARATHON_URL names no member." });
  let current = 0;
  return {
    origins: [...new Set(bases.map((base) => base.origin))],
    url(path) {
      const base = bases[current % bases.length];
      if (base === undefined) throw new BerthError("internal");
      return new URL(path.replace(/^\/+/, ""), base);
    },
    next() {
      current = (current + 1) % bases.length;
    },
    prefer(address) {
      if (address === undefined || !URL.canParse(address)) return;
      const { origin } = new URL(address);
      const member = bases.findIndex((base) => base.origin === origin);
      if (member !== -1) current = member;
    },
    follow(from, location) {
      const target = location !== undefined && URL.canParse(location, from) ? new URL(location, from) : null;
      const member = target === null ? -1 : bases.findIndex((base) => base.origin === target.origin);
      if (target === null || member === -1) {
        throw new MarathonElsewhere(target?.host ?? "nowhere");
      }
      current = member;
      return target;
    },
  };
}
