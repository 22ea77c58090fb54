"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

import { iconButtonClass } from "#components/ui/icon-button.tsx";
import { Menu } from "#components/ui/menu.tsx";

import { type Theme, themeCookie } from "./theme.ts";

const YEAR_SECONDS = 31_536_000;

const themes = [
  { theme: "system", label: "System", icon: <Monitor aria-hidden /> },
  { theme: "light", label: "Light", icon: <Sun aria-hidden /> },
  { theme: "dark", label: "Dark", icon: <Moon aria-hidden /> },
] as const satisfies readonly { theme: Theme; label: string; icon: unknown }[];

/** Chooses between the device's theme, light and dark. Kept in a cookie, so that the server renders the right one at once. */
export function ThemeMenu({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState<Theme>(initial);

  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };

  const current = themes.find((each) => each.theme === theme) ?? themes[0];
  return (
    <Menu
      label="Theme"
      trigger={current.icon}
      triggerClassName={iconButtonClass()}
      entries={themes.map((each) => ({
        kind: "item",
        label: each.label,
        icon: each.icon,
        checked: each.theme === theme,
        onSelect: () => choose(each.theme),
      }))}
    />
  );
}

/** Shows the theme and remembers it for a year. */
export function applyTheme(theme: Theme): void {
  const { classList } = document.documentElement;
  classList.remove("light", "dark");
  if (theme !== "system") classList.add(theme);
  document.cookie = `${themeCookie}=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
}
