import { BerthError } from "#lib/core/errors.ts";

const segment = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const reserved = new Set(["restart", "tasks", "versions", ".", ".."]);

/** The path of an app's resource. Throws `marathon_refused` for an id Marathon would not take (or would take for another resource). */
export function appPath(id: string): string {
  const parts = id.split("/").slice(1);
  const isGood = id.startsWith("/") && id.length <= 1000 && parts.every((part) => segment.test(part)) && !reserved.has(parts.at(-1) ?? "");
  if (!isGood) throw new BerthError("marathon_refused", { detail: "That is not an id Marathon takes." });
  return `/v2/apps/${parts.join("/")}`;
}
