import { Anchor, Globe } from "lucide-react";
import type { ReactNode } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { RemoteFields } from "./remote-fields.tsx";

/**
 * A new project: from Berth's own Git, or from a repository elsewhere. Which fields show follows the chosen way by style alone, so that
 * it is right before the page's scripts are there.
 */
export function NewProjectForm({ action }: { readonly action: FormAction }) {
  return (
    <ActionForm action={action} className="group/form space-y-6">
      <FormTextField name="name" label="Name" required maxLength={60} autoFocus autoComplete="off" placeholder="Shop" />
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">Where is the code?</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          <WayCard
            way="builtin"
            chosen
            icon={<Anchor aria-hidden />}
            title="Push it to Berth"
            text="Berth keeps the repository. You get the address to push to."
          />
          <WayCard
            way="remote"
            icon={<Globe aria-hidden />}
            title="Read it from elsewhere"
            text="Any Git server by https or ssh. Berth looks for changes by itself."
          />
        </div>
      </fieldset>
      <div className="hidden group-has-[[value=remote]:checked]/form:block">
        <RemoteFields />
      </div>
      <SubmitButton>Create the project</SubmitButton>
    </ActionForm>
  );
}

function WayCard({
  way,
  chosen = false,
  icon,
  title,
  text,
}: {
  readonly way: "builtin" | "remote";
  readonly chosen?: boolean;
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
}) {
  return (
    <label className="border-line-strong bg-surface hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-focus [&_svg]:text-muted flex cursor-pointer gap-3 rounded-md border p-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
      <input type="radio" name="way" value={way} defaultChecked={chosen} className="sr-only" />
      {icon}
      <span>
        <span className="text-ink block text-sm font-medium">{title}</span>
        <span className="text-muted mt-0.5 block text-xs">{text}</span>
      </span>
    </label>
  );
}
