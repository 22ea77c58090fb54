/** A path of the dashboard to go to after signing in; anything that could lead elsewhere becomes the home page. */
export function ownPath(wanted: unknown): string {
  if (typeof wanted !== "string" || !/^\/(?![/\\])[^\p{Cc}\\]{0,1000}$/u.test(wanted)) return "/";
  const url = new URL(wanted, "http://own.invalid");
  return url.host === "own.invalid" ? `${url.pathname}${url.search}${url.hash}` : "/";
}
