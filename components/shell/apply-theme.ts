import { type Theme, themeCookie } from "./theme.ts";

const YEAR_SECONDS = 31_536_000;

/** Shows the theme at once, and keeps it in a cookie for a year so that the server renders the right one from the start. */
export function applyTheme(theme: Theme): void {
  const { classList } = document.documentElement;
  classList.remove("light", "dark");
  if (theme !== "system") classList.add(theme);
  document.cookie = `${themeCookie}=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
}
