import { ArrowDown, ArrowUp, Pencil, Plus, Snowflake, Trash2 } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { Link } from "#components/ui/link.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { describeRule } from "#lib/domain/stages/gates.ts";
import type { PipelinePage, StageRow } from "#lib/domain/stages/queries.ts";
import { gateWords, kindWords, startWords } from "#lib/domain/stages/words.ts";

import { StageButton } from "./stage-button.tsx";

interface Actions {
  readonly addStage: FormAction;
  readonly updateStage: FormAction;
  readonly reorderStages: FormAction;
  readonly removeStage: FormAction;
}

/** The stages in their order; for admins with what changes them. */
export function StageList({ page, actions }: { readonly page: PipelinePage; readonly actions: Actions }) {
  const { project, stages } = page;
  const mayEdit = project.mayAdminister;
  const tried = { project: project.slug, defaultBranch: project.defaultBranch, refs: page.refs, refsTotal: page.refsTotal };
  return (
    <Section
      title="Stages"
      description={
        mayEdit ? (
          <>
            From left to right on the board. Who may do what in which kind is on{" "}
            <Link className="text-link underline" href={`/p/${project.slug}/permissions`}>
              the permissions page
            </Link>
            .
          </>
        ) : (
          "From left to right on the board. Admins of the project edit them."
        )
      }
      action={
        mayEdit && (
          <StageButton {...tried} action={actions.addStage} stage={null}>
            <Plus aria-hidden />
            Add stage
          </StageButton>
        )
      }
      bodyClassName=""
    >
      <ol className="divide-y">
        {stages.map((stage, index) => (
          <li key={stage.id} className="flex flex-wrap items-start gap-x-4 gap-y-3 px-4 py-3.5" data-stage={stage.name}>
            <StageFacts stage={stage} />
            {mayEdit && (
              <div className="ml-auto flex flex-wrap items-center gap-1.5">
                <MoveButton direction="up" index={index} stages={stages} project={project.slug} action={actions.reorderStages} />
                <MoveButton direction="down" index={index} stages={stages} project={project.slug} action={actions.reorderStages} />
                <StageButton {...tried} action={actions.updateStage} stage={stage}>
                  <Pencil aria-hidden />
                  Edit<span className="sr-only"> {stage.title}</span>
                </StageButton>
                <RemoveButton stage={stage} action={actions.removeStage} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function StageFacts({ stage }: { readonly stage: StageRow }) {
  const gate = gateWords(stage);
  const facts = [
    `${stage.instances} × ${stage.cpus} CPU, ${stage.mem} MiB`,
    stage.ttlHours === null ? null : `goes after ${stage.ttlHours} h untouched`,
    stage.starts !== "by_promotion" && stage.redeployOnPush && stage.refKind === "branch" ? "redeployed on push" : null,
    stage.starts === "by_promotion" && stage.autoRollback ? "rolls back by itself" : null,
  ].filter((fact) => fact !== null);
  return (
    <div className="min-w-0 flex-1 basis-64 text-sm">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h3 className="font-semibold">{stage.title}</h3>
        <code className="text-faint font-mono text-xs">{stage.name}</code>
        {kindWords[stage.kind] !== stage.title && <Badge>{kindWords[stage.kind]}</Badge>}
        {stage.public && <Badge tone="warn">answers everybody</Badge>}
        {stage.frozen !== null && (
          <Badge tone="accent" icon={<Snowflake aria-hidden />}>
            frozen
          </Badge>
        )}
      </div>
      <p className="text-muted mt-1">
        Takes {describeRule(stage)}; starts {startWords[stage.starts]}
        {gate === null ? "" : `, after ${gate}`}.
      </p>
      <p className="text-faint mt-0.5 text-xs">
        {facts.join(" · ")} · {stage.environments === 1 ? "1 environment" : `${stage.environments} environments`}
      </p>
      {stage.checks.length > 0 && (
        <p className="foreign text-faint mt-0.5 text-xs">Checks first: {stage.checks.map(({ name }) => name).join(", ")}</p>
      )}
    </div>
  );
}

function MoveButton({
  direction,
  index,
  stages,
  project,
  action,
}: {
  readonly direction: "up" | "down";
  readonly index: number;
  readonly stages: readonly StageRow[];
  readonly project: string;
  readonly action: FormAction;
}) {
  const other = direction === "up" ? index - 1 : index + 1;
  const [here, there] = [stages[index], stages[other]];
  if (here === undefined || there === undefined) return null;
  const order = stages
    .map(({ id }) => id)
    .with(index, there.id)
    .with(other, here.id);
  const Icon = direction === "up" ? ArrowUp : ArrowDown;
  return (
    <ActionButton action={action} values={{ project, stages: order.join(" ") }} size="sm" variant="ghost">
      <Icon aria-hidden />
      <span className="sr-only">
        Move {here.title} {direction === "up" ? "before" : "behind"} {there.title}
      </span>
    </ActionButton>
  );
}

function RemoveButton({ stage, action }: { readonly stage: StageRow; readonly action: FormAction }) {
  return (
    <ConfirmButton
      action={action}
      values={{ stage: stage.id }}
      size="sm"
      variant="ghost"
      label={`Remove ${stage.title}`}
      words={{
        title: `Remove ${stage.title}?`,
        changes: [
          "The stage leaves the pipeline and the board; its variables and freeze windows go with it.",
          stage.environments === 0 ? "No environments are there." : `${stage.environments} environments are there: they have to go first.`,
        ],
        undo: "Add it again. The history of its environments stays.",
        confirm: `Remove ${stage.title}`,
      }}
    >
      <Trash2 aria-hidden />
    </ConfirmButton>
  );
}
