"use client";

import { type ComponentType, type ReactNode, useState } from "react";

import { toast } from "./toast.ts";

export interface MenuTrigger {
  /** Names the button for screen readers and as its tooltip. */
  readonly label: string;
  readonly trigger: ReactNode;
  readonly triggerClassName: string;
  readonly tip?: boolean | undefined;
}

/**
 * The button of a menu. What the menu is made of comes when somebody points at the button, not with the page: `load` gives the component
 * that takes the button's place, with its menu open.
 */
export function OnDemandMenu<P extends object>({
  load,
  properties,
  ...button
}: MenuTrigger & { readonly load: () => Promise<ComponentType<P & MenuTrigger>>; readonly properties: P }) {
  const [Opened, setOpened] = useState<ComponentType<P & MenuTrigger> | null>(null);
  if (Opened !== null) return <Opened {...properties} {...button} />;

  const open = async () => {
    try {
      const loaded = await load();
      setOpened(() => loaded);
    } catch {
      toast({ tone: "bad", title: "The menu could not be loaded.", detail: "Check the connection and reload the page." });
    }
  };
  return (
    <button
      type="button"
      aria-label={button.label}
      aria-haspopup="menu"
      aria-expanded={false}
      data-tip={button.tip === false ? undefined : button.label}
      className={button.triggerClassName}
      // A second look for the same thing costs nothing, and a failure is told when it matters.
      onPointerEnter={() => void load().catch(() => undefined)}
      onFocus={() => void load().catch(() => undefined)}
      onClick={() => void open()}
    >
      {button.trigger}
    </button>
  );
}
