import { BerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { AuditFields } from "../../audit/write.ts";
import { readChecks } from "../../checks/schema.ts";
import { defineCommand } from "../../command.ts";
import { type LockedStage, livingIn, lockStage, namesOf, refuseProblems, stageSelection } from "../load.ts";
import { problemsOf } from "../sanity.ts";
import { updateStageInput } from "../schema.ts";

/** What the environments of a stage were made by: it stays as long as there are any. */
const fixedByEnvironments = { name: "Its name", kind: "Its kind", perRef: "How many environments it has" } as const;

/**
 * Changes a stage. Sizes and checks apply from the next deployment on, whom it answers at once. Throws `invalid_input` by field where the
 * pipeline would not make sense, `conflict` where somebody else has edited the stage since.
 */
export const updateStage = defineCommand({
  name: "stage.update",
  input: updateStageInput,
  load: (tx, { stage }, actor) => lockStage(tx, actor, stage),
  verb: "administer",
  object: ({ projectId }) => ({ type: "project", projectId }) as const,
  gate(stage, { version }) {
    if (version !== undefined && version !== stage.version)
      throw new BerthError("conflict", { detail: `Somebody else has changed ${stage.title} meanwhile.` });
  },
  async perform(tx, { pipeline, ...stage }, { stage: _stage, version: _version, ...changes }) {
    const { id, projectId } = stage;
    const data = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const wanted = { ...stage, ...data };
    await refuseFixed(tx, stage, wanted);
    const changed = pipeline.map((other) => (other.id === id ? wanted : other));
    refuseProblems(problemsOf(changed, id));
    const after = await tx.stage.update({ where: { id }, data: { ...data, version: { increment: 1 } }, select: stageSelection });
    await appendEvent(tx, { kind: "project.changed", projectId });
    return { id, version: after.version, ...differences(stage, after) };
  },
  subject: ({ id, projectId, name, kind }, _input, { before, after }) => ({
    objectType: "stage",
    objectId: id,
    projectId,
    stageKind: kind,
    detail: { name },
    before,
    after,
  }),
});

async function refuseFixed(tx: Parameters<typeof livingIn>[0], stage: Omit<LockedStage, never>, wanted: LockedStage): Promise<void> {
  const changed = (["name", "kind", "perRef"] as const).filter((field) => stage[field] !== wanted[field]);
  if (changed.length === 0) return;
  const living = await livingIn(tx, stage.id);
  if (living.total === 0) return;
  const problem = (field: keyof typeof fixedByEnvironments) =>
    `${fixedByEnvironments[field]} stays while there are environments: ${namesOf(living)}.`;
  refuseProblems(Object.fromEntries(changed.map((field) => [field, problem(field)])));
}

/** The fields that are not as they were. */
function differences(before: LockedStage, after: LockedStage): { before: AuditFields; after: AuditFields } {
  const [one, other] = [auditable(before), auditable(after)];
  const names = Object.keys(one).filter((name) => one[name] !== other[name]);
  const pick = (fields: AuditFields) => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
  return { before: pick(one), after: pick(other) };
}

function auditable({
  id: _id,
  projectId: _projectId,
  position: _position,
  version: _version,
  checks,
  ...fields
}: LockedStage): AuditFields {
  return { ...fields, checks: JSON.stringify(readChecks(checks)) };
}
