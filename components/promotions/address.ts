import { environmentHref, projectHref } from "#components/environments/address.ts";

/** The page of a promotion. */
export function promotionHref(project: string, id: string): string {
  return `${projectHref(project)}/promotions/${encodeURIComponent(id)}`;
}

/** The environment's page with the sheet that comes before a promotion. */
export function promoteHref(project: string, environment: string): string {
  return `${environmentHref(project, environment)}?promote`;
}

/** The environment's history with the sheet that comes before going back to a release. */
export function rollbackHref(project: string, environment: string, release: number, keep?: string): string {
  const query = new URLSearchParams({ back: String(release), ...(keep === undefined ? {} : { keep }) });
  return `${environmentHref(project, environment)}/history?${query.toString()}`;
}
