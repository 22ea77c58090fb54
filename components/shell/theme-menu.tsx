"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

import { Menu } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";

import { applyTheme } from "./apply-theme.ts";
import type { Theme } from "./theme.ts";

const themes = [
  { theme: "system", label: "System", icon: <Monitor aria-hidden /> },
  { theme: "light", label: "Light", icon: <Sun aria-hidden /> },
  { theme: "dark", label: "Dark", icon: <Moon aria-hidden /> },
] as const satisfies readonly { theme: Theme; label: string; icon: unknown }[];

/** The menu that chooses between the device's theme, light and dark. */
export function ThemeMenu({ initial, ...button }: MenuTrigger & { readonly initial: Theme }) {
  const [theme, setTheme] = useState<Theme>(initial);
  const current = themes.find((each) => each.theme === theme) ?? themes[0];
  return (
    <Menu
      {...button}
      trigger={current.icon}
      entries={themes.map((each) => ({
        kind: "item",
        label: each.label,
        icon: each.icon,
        checked: each.theme === theme,
        onSelect: () => {
          setTheme(each.theme);
          applyTheme(each.theme);
        },
      }))}
    />
  );
}
