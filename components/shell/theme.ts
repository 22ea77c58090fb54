export const themeCookie = "berth_theme";

/** What the person chose; "system" follows the device. */
export type Theme = "system" | "light" | "dark";

/** The theme in a cookie's value; anything unknown follows the system. */
export function themeOf(value: string | undefined): Theme {
  return value === "light" || value === "dark" ? value : "system";
}

/** The class of the html element for a theme. */
export function themeClass(theme: Theme): string | undefined {
  return theme === "system" ? undefined : theme;
}
