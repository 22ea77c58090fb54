"use client";

import { lazy, type ReactNode, Suspense, useState } from "react";

export type MenuEntry =
  | { readonly kind: "separator" }
  | { readonly kind: "label"; readonly text: ReactNode }
  | { readonly kind: "link"; readonly label: string; readonly href: string; readonly icon?: ReactNode; readonly outside?: boolean }
  | {
      readonly kind: "item";
      readonly label: string;
      readonly icon?: ReactNode;
      readonly onSelect: () => void;
      readonly danger?: boolean;
      readonly checked?: boolean;
      /** Why it cannot be used now. */
      readonly reason?: string | null | undefined;
    };

export interface MenuProperties {
  /** Names the button for screen readers and as its tooltip. */
  readonly label: string;
  readonly trigger: ReactNode;
  readonly triggerClassName: string;
  readonly entries: readonly MenuEntry[];
  readonly align?: "start" | "end";
  readonly tip?: boolean;
}

const load = () => import("./menu-content.tsx");
const OpenMenu = lazy(async () => ({ default: (await load()).MenuContent }));

/** A button with a menu. What the menu is made of is loaded when somebody points at the button, not with the page. */
export function Menu(properties: MenuProperties) {
  const [wanted, setWanted] = useState(false);
  const { label, trigger, triggerClassName, tip = true } = properties;
  const plain = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      data-tip={tip ? label : undefined}
      className={triggerClassName}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      {trigger}
    </button>
  );
  if (!wanted) return plain;
  return (
    <Suspense fallback={plain}>
      <OpenMenu {...properties} />
    </Suspense>
  );
}
