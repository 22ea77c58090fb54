import { ActionButton } from "#components/ui/action-button.tsx";
import { Section } from "#components/ui/card.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** Projects one hears nothing of. */
export function MutedProjects({
  projects,
  mute,
}: {
  readonly projects: ReadonlyArray<{ readonly slug: string; readonly name: string }>;
  readonly mute: FormAction;
}) {
  if (projects.length === 0) return null;
  return (
    <Section title="Muted projects" description="You hear nothing of these, whatever happens." bodyClassName="">
      <ul className="divide-y">
        {projects.map(({ slug, name }) => (
          <li key={slug} className="flex items-center justify-between gap-3 px-4 py-3 text-sm">
            <bdi className="min-w-0 truncate font-medium">{name}</bdi>
            <ActionButton action={mute} values={{ project: slug, muted: "false" }} size="sm" label={`Hear of ${name} again`}>
              Hear of it again
            </ActionButton>
          </li>
        ))}
      </ul>
    </Section>
  );
}
