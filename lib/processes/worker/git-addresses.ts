import { isIPv6 } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import type { ResolveHost } from "#lib/adapters/git/runner.ts";
import { BerthError } from "#lib/core/errors.ts";
import { pinAddress, type Resolve, resolveBySystem } from "#lib/platform/outbound-http/address-policy.ts";
import { HttpError } from "#lib/platform/outbound-http/http-error.ts";

const lookupMs = 10_000;

/**
 * Which addresses Git may connect to for a repository that somebody typed: those of the public internet, and whatever the
 * operator has listed as exact `host:port`. Throws `git_address_refused` (in words that do not tell what is there) or `git_unreachable`.
 */
export function allowGitAddresses(allowedHosts: readonly string[], resolve: Resolve = resolveBySystem): ResolveHost {
  return async (host, port) => {
    const url = new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`);
    let found: readonly string[] = [];
    try {
      const pinned = await pinAddress(url, { allowedHosts, resolve: async (name) => (found = await inTime(resolve(name), name)) });
      return found.length === 0 ? [pinned] : found;
    } catch (error) {
      if (error instanceof HttpError && error.kind === "forbidden") {
        throw new BerthError("git_address_refused", { detail: `${host} is not on the public internet.`, cause: error });
      }
      if (error instanceof BerthError) throw error;
      throw new BerthError("git_unreachable", { detail: `The name ${host} has no address.`, cause: error });
    }
  };
}

/** A resolver that does not answer is not waited for: it cannot be told to stop. */
async function inTime<T>(work: Promise<T>, host: string): Promise<T> {
  const timer = new AbortController();
  const late = delay(lookupMs, undefined, { signal: timer.signal }).then(() => {
    throw new BerthError("git_unreachable", { detail: `Looking up ${host} took longer than ${lookupMs / 1000} seconds.` });
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
