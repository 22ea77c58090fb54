"use client";

import { Anchor, Globe } from "lucide-react";
import { type ReactNode, useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

type Way = "builtin" | "remote";

/** A new project: from Berth's own Git, or from a repository elsewhere. */
export function NewProjectForm({ action }: { readonly action: FormAction }) {
  const [way, setWay] = useState<Way>("builtin");
  return (
    <ActionForm action={action} className="space-y-6">
      <FormTextField name="name" label="Name" required maxLength={80} autoFocus autoComplete="off" placeholder="Shop" />
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">Where is the code?</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          <WayCard
            way="builtin"
            chosen={way}
            onChoose={setWay}
            icon={<Anchor aria-hidden />}
            title="Push it to Berth"
            text="Berth keeps the repository. You get the address to push to."
          />
          <WayCard
            way="remote"
            chosen={way}
            onChoose={setWay}
            icon={<Globe aria-hidden />}
            title="Read it from elsewhere"
            text="Any Git server by https or ssh. Berth looks for changes by itself."
          />
        </div>
      </fieldset>
      {way === "remote" && <RemoteFields />}
      <SubmitButton>Create the project</SubmitButton>
    </ActionForm>
  );
}

function RemoteFields() {
  const [ssh, setSsh] = useState(false);
  return (
    <div className="animate-appear bg-canvas space-y-4 rounded-md border p-4">
      <FormTextField
        name="repository"
        label="Repository URL"
        mono
        required
        maxLength={2000}
        autoComplete="off"
        spellCheck={false}
        placeholder="https://git.example.org/team/shop.git"
        hint="https://…, ssh://… or git@host:path. Credentials go in the fields below, never into the URL."
        onChange={(event) => setSsh(/^(ssh:|[^/:]+@)/u.test(event.target.value))}
      />
      {ssh ? (
        <label className="flex items-start gap-2.5 text-sm">
          <input type="checkbox" name="sshKey" defaultChecked className="mt-0.5 size-4" />
          <span>
            Make a deploy key
            <span className="text-faint block text-xs">
              You find its public half in the project’s settings, to be added to the repository with read access.
            </span>
          </span>
        </label>
      ) : (
        <div className="grid gap-4 sm:grid-cols-2">
          <FormTextField name="username" label="User name" optional maxLength={200} autoComplete="off" spellCheck={false} />
          <FormTextField name="password" type="password" label="Password or token" optional maxLength={1000} autoComplete="new-password" />
        </div>
      )}
    </div>
  );
}

function WayCard({
  way,
  chosen,
  onChoose,
  icon,
  title,
  text,
}: {
  readonly way: Way;
  readonly chosen: Way;
  readonly onChoose: (way: Way) => void;
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
}) {
  return (
    <label className="border-line-strong bg-surface hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-focus [&_svg]:text-muted flex cursor-pointer gap-3 rounded-md border p-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
      <input type="radio" name="way" value={way} checked={chosen === way} onChange={() => onChoose(way)} className="sr-only" />
      {icon}
      <span>
        <span className="text-ink block text-sm font-medium">{title}</span>
        <span className="text-muted mt-0.5 block text-xs">{text}</span>
      </span>
    </label>
  );
}
