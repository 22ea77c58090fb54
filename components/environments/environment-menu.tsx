"use client";

import { Ban, CirclePlay, CircleStop, ExternalLink, RefreshCw, Settings2, Trash2 } from "lucide-react";
import { useCallback, useState } from "react";

import { ConfirmDialog, type ConfirmWords } from "#components/ui/confirm-dialog.tsx";
import { Menu, type MenuEntry } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import { useAction } from "#components/ui/use-action.ts";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Availability, EnvironmentVerb } from "#lib/domain/environments/verbs.ts";

import type { EnvironmentActions } from "./actions.ts";
import { environmentHref } from "./address.ts";
import { cancelWords, destroyWords, stopWords } from "./confirm-words.ts";

export interface EnvironmentMenuProperties {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly url: string;
  readonly verbs: Partial<Record<EnvironmentVerb, Availability>>;
  /** The deployment that can be cancelled. */
  readonly deployment: string | null;
  readonly actions: EnvironmentActions;
  /** Leave out the links that the place around the menu shows anyway. */
  readonly verbsOnly?: boolean | undefined;
}

interface Asked {
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly words: ConfirmWords;
}

/** Everything the viewer may do with an environment. */
export function EnvironmentMenu({ label, trigger, triggerClassName, tip, ...subject }: EnvironmentMenuProperties & MenuTrigger) {
  const { pending, run } = useAction();
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = useCallback(() => setAsked(null), []);

  return (
    <>
      <Menu
        {...{ label, triggerClassName, tip }}
        trigger={pending ? <Spinner className="size-3.5" /> : trigger}
        entries={entriesOf(subject, run, setAsked)}
      />
      {asked !== null && <ConfirmDialog open onClose={close} {...asked} />}
    </>
  );
}

function entriesOf(
  { id, name, project, url, verbs, deployment, actions, verbsOnly = false }: EnvironmentMenuProperties,
  run: (action: FormAction, values: Readonly<Record<string, string>>) => void,
  ask: (asked: Asked) => void,
): MenuEntry[] {
  const values = { environment: id };
  const href = environmentHref(project, name);
  const entries: MenuEntry[] = [];
  if (!verbsOnly) {
    entries.push({ kind: "link", label: "Open URL", href: url, icon: <ExternalLink aria-hidden />, outside: true });
    if (verbs.configure !== undefined) {
      entries.push({ kind: "link", label: "Variables", href: `${href}/variables`, icon: <Settings2 aria-hidden /> });
    }
    entries.push({ kind: "separator" });
  }
  if (verbs.cancel !== undefined && deployment !== null) {
    entries.push({
      kind: "item",
      label: "Cancel deployment…",
      icon: <Ban aria-hidden />,
      reason: verbs.cancel.reason,
      onSelect: () => ask({ action: actions.cancelDeployment, values: { deployment }, words: cancelWords(name) }),
    });
  }
  if (verbs.redeploy !== undefined) {
    entries.push({
      kind: "item",
      label: "Redeploy",
      icon: <RefreshCw aria-hidden />,
      reason: verbs.redeploy.reason,
      onSelect: () => run(actions.redeploy, values),
    });
  }
  // Of start and stop only the one that makes sense is shown.
  if (verbs.start?.reason === null) {
    entries.push({ kind: "item", label: "Start", icon: <CirclePlay aria-hidden />, onSelect: () => run(actions.start, values) });
  }
  if (verbs.stop?.reason === null) {
    entries.push({
      kind: "item",
      label: "Stop…",
      icon: <CircleStop aria-hidden />,
      onSelect: () => ask({ action: actions.stop, values, words: stopWords(name) }),
    });
  }
  if (verbs.destroy !== undefined) {
    entries.push({ kind: "separator" });
    entries.push({
      kind: "item",
      label: "Destroy…",
      icon: <Trash2 aria-hidden />,
      danger: true,
      reason: verbs.destroy.reason,
      onSelect: () => ask({ action: actions.destroy, values, words: destroyWords(name) }),
    });
  }
  return entries;
}
