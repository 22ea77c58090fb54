/** The page of a deployment. */
export function deploymentHref(id: string): string {
  return `/deployments/${encodeURIComponent(id)}`;
}
