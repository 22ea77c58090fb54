"use client";

import { Ban, CirclePlay, CircleStop, ExternalLink, RefreshCw, RotateCw, Scaling, Settings2, Trash2 } from "lucide-react";
import { useCallback, useState } from "react";

import { ConfirmDialog, type ConfirmWords } from "#components/ui/confirm-dialog.tsx";
import { Menu, type MenuEntry } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import { useAction } from "#components/ui/use-action.ts";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Availability, EnvironmentVerb } from "#lib/domain/environments/verbs.ts";
import type { ScalingFacts } from "#lib/domain/environments/words-of-scaling.ts";

import type { EnvironmentActions } from "./actions.ts";
import { environmentHref } from "./address.ts";
import { cancelWords, destroyWords, stopWords } from "./confirm-words.ts";
import { ScaleDialog } from "./scale-dialog.tsx";

export interface EnvironmentMenuProperties {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly url: string;
  readonly verbs: Partial<Record<EnvironmentVerb, Availability>>;
  /** The deployment that can be cancelled. */
  readonly deployment: string | null;
  readonly actions: EnvironmentActions;
  /** What the sheet for a scaling shows; without it none is offered. */
  readonly scaling?: ScalingFacts | null | undefined;
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
  const [scales, setScales] = useState(false);
  const closeScale = useCallback(() => setScales(false), []);
  const { id, name, scaling, actions } = subject;

  return (
    <>
      <Menu
        {...{ label, triggerClassName, tip }}
        trigger={pending ? <Spinner className="size-3.5" /> : trigger}
        entries={entriesOf(subject, { run, ask: setAsked, scale: () => setScales(true) })}
      />
      {asked !== null && <ConfirmDialog open onClose={close} {...asked} />}
      {scales && scaling != null && <ScaleDialog {...{ id, name }} facts={scaling} action={actions.scale} onClose={closeScale} />}
    </>
  );
}

interface Ways {
  readonly run: (action: FormAction, values: Readonly<Record<string, string>>) => void;
  readonly ask: (asked: Asked) => void;
  readonly scale: () => void;
}

function entriesOf(subject: EnvironmentMenuProperties, ways: Ways): MenuEntry[] {
  return [...linksOf(subject), ...changesOf(subject, ways), ...endsOf(subject, ways)];
}

function linksOf({ name, project, url, verbs, verbsOnly = false }: EnvironmentMenuProperties): MenuEntry[] {
  if (verbsOnly) return [];
  const entries: MenuEntry[] = [{ kind: "link", label: "Open URL", href: url, icon: <ExternalLink aria-hidden />, outside: true }];
  if (verbs.configure !== undefined) {
    const href = `${environmentHref(project, name)}/variables`;
    entries.push({ kind: "link", label: "Variables", href, icon: <Settings2 aria-hidden /> });
  }
  entries.push({ kind: "separator" });
  return entries;
}

function changesOf({ id, name, verbs, deployment, actions, scaling }: EnvironmentMenuProperties, { run, ask, scale }: Ways): MenuEntry[] {
  const values = { environment: id };
  const entries: MenuEntry[] = [];
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
  if (verbs.restart !== undefined) {
    entries.push({
      kind: "item",
      label: "Restart",
      icon: <RotateCw aria-hidden />,
      reason: verbs.restart.reason,
      onSelect: () => run(actions.restart, values),
    });
  }
  if (verbs.scale !== undefined && scaling != null) {
    entries.push({ kind: "item", label: "Scale…", icon: <Scaling aria-hidden />, reason: verbs.scale.reason, onSelect: scale });
  }
  return entries;
}

function endsOf({ id, name, verbs, actions }: EnvironmentMenuProperties, { run, ask }: Ways): MenuEntry[] {
  const values = { environment: id };
  const entries: MenuEntry[] = [];
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
