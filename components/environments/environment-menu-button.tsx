"use client";

import type { ReactNode } from "react";

import { iconButtonClass } from "#components/ui/icon-button.tsx";
import { OnDemandMenu } from "#components/ui/on-demand-menu.tsx";

import type { EnvironmentMenuProperties } from "./environment-menu.tsx";

const load = async () => (await import("./environment-menu.tsx")).EnvironmentMenu;

/** The button of the menu with everything the viewer may do with an environment. */
export function EnvironmentMenuButton({
  icon,
  size = "sm",
  className,
  ...properties
}: EnvironmentMenuProperties & { readonly icon: ReactNode; readonly size?: "sm" | "md"; readonly className?: string }) {
  return (
    <OnDemandMenu
      label={`More for ${properties.name}`}
      tip={false}
      trigger={icon}
      triggerClassName={iconButtonClass(size, className)}
      load={load}
      properties={properties}
    />
  );
}
