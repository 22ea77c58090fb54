import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectHead } from "#lib/domain/projects/head.ts";

/** The way out of a project. */
export function DeleteProject({ project, action }: { readonly project: ProjectHead; readonly action: FormAction }) {
  const changes = [
    "Every environment of it is destroyed: containers, routes and URLs.",
    "Its builds, releases, variables and secrets are deleted.",
  ];
  if (project.repositoryKind === "builtin") changes.push("Its Git repository in Berth is deleted with all branches and tags.");
  return (
    <Section title="Delete the project">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="text-muted max-w-xl text-sm">
          Removes it with everything that runs. The repository elsewhere, if there is one, stays untouched.
        </p>
        <ConfirmButton
          variant="danger"
          action={action}
          values={{ project: project.slug }}
          words={{
            title: `Delete ${project.name}?`,
            changes,
            undo: "It cannot be undone.",
            confirm: `Delete ${project.name} for good`,
            typed: { field: "confirm", word: project.slug },
          }}
        >
          Delete…
        </ConfirmButton>
      </div>
    </Section>
  );
}
