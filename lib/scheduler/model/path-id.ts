const segmentPattern = /^(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$/;
const reservedLastSegments = new Set(["restart", "tasks", "versions", ".", ".."]);
/** Long ids become file and container names, which end at 255 characters; the task's own suffix needs 60. */
const longestId = 180;

export const rootId = "/";

/** The absolute form of an app or group id: relative ones are taken from `base`, `.` and `..` are resolved, slashes are tidied. */
export function canonicalId(id: string, base: string = rootId): string {
  const segments = id.startsWith("/") ? [] : segmentsOf(base);
  for (const segment of segmentsOf(id)) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

export function segmentsOf(id: string): string[] {
  return id.split("/").filter((segment) => segment !== "");
}

export function parentOf(id: string): string {
  return `/${segmentsOf(id).slice(0, -1).join("/")}`;
}

/** Whether `id` lies below the group, at any depth. */
export function isBelow(id: string, group: string): boolean {
  return group === rootId ? id !== rootId : id.startsWith(`${group}/`);
}

/** What is wrong with an absolute app id; empty when it may be used. */
export function problemsWithAppId(id: string): string[] {
  if (id === rootId) return ["must not be root"];
  const problems = problemsWithGroupId(id);
  if (reservedLastSegments.has(segmentsOf(id).at(-1) ?? ""))
    problems.push("must not end with any of the following reserved keywords: restart, tasks, versions, ., ..");
  return problems;
}

/** What is wrong with an absolute group id other than the root. */
export function problemsWithGroupId(id: string): string[] {
  const problems: string[] = [];
  if (id.length > longestId) problems.push(`must not be longer than ${longestId} characters`);
  if (segmentsOf(id).some((segment) => segment.length > 255 || !segmentPattern.test(segment))) {
    problems.push(
      "must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'",
    );
  }
  return problems;
}
