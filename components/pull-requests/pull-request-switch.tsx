import { ActionButton } from "#components/ui/action-button.tsx";
import { Section } from "#components/ui/card.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** Whether pull requests of the remote are followed, and what that means. */
export function PullRequestSwitch({
  project,
  on,
  follow,
}: {
  readonly project: string;
  readonly on: boolean;
  readonly follow: FormAction;
}) {
  return (
    <Section
      title="Pull requests"
      description="Lists pull requests from forks under Branches and tags. Nothing of one is built until somebody approves that very commit, and it runs without secrets."
      action={
        <ActionButton action={follow} values={{ project, on: on ? "false" : "true" }} size="sm">
          {on ? "Follow them no longer" : "Follow pull requests"}
        </ActionButton>
      }
    >
      <p className="text-muted text-sm">
        {on
          ? "They are followed. When that ends, their environments go too."
          : "They are not followed. Branches of the repository itself need none of this."}
      </p>
    </Section>
  );
}
