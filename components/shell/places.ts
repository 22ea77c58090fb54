export interface ShellProject {
  readonly slug: string;
  readonly name: string;
}

/** The project a path is about, if its address says so. */
export function projectSlugIn(path: string): string | undefined {
  const found = /^\/p\/([^/]+)/u.exec(path)?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
}
