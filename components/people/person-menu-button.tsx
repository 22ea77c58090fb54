"use client";

import type { ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { OnDemandMenu } from "#components/ui/on-demand-menu.tsx";

import type { PersonMenuProperties } from "./person-menu.tsx";

const load = async () => (await import("./person-menu.tsx")).PersonMenu;

/** The button of the menu with everything an admin may do to somebody. */
export function PersonMenuButton({ icon, ...properties }: PersonMenuProperties & { readonly icon: ReactNode }) {
  return (
    <OnDemandMenu
      label={`Manage ${properties.person.name}`}
      tip={false}
      trigger={
        <>
          Manage
          {icon}
        </>
      }
      triggerClassName={buttonClass({})}
      load={load}
      properties={properties}
    />
  );
}
