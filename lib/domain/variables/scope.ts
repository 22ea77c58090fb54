/** Where a variable is said: in a project, in a stage of it, or in an environment. */
export interface VariablePlace {
  readonly projectId: string;
  readonly stageId: string | null;
  readonly environmentId: string | null;
}

/** What the secret of a variable is sealed for. */
export function variableScope({ projectId, stageId, environmentId }: VariablePlace, name: string): string {
  return `project:${projectId}/stage:${stageId ?? ""}/environment:${environmentId ?? ""}/${name}`;
}

/** For what a secret that an environment gets under this name may have been sealed. */
export function variableScopesFor(
  environment: { readonly id: string; readonly projectId: string; readonly stageId: string },
  name: string,
): readonly string[] {
  const { id, projectId, stageId } = environment;
  return [
    variableScope({ projectId, stageId: null, environmentId: null }, name),
    variableScope({ projectId, stageId, environmentId: null }, name),
    variableScope({ projectId, stageId: null, environmentId: id }, name),
  ];
}
