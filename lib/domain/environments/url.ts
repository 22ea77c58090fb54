/** The URL of an environment's host at the gateway, in the origin's scheme and port. */
export function environmentUrl(previewOrigin: string, host: string): string {
  const url = new URL(previewOrigin);
  url.hostname = host;
  return url.origin;
}
