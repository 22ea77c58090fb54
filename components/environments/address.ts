/** The page of a project. */
export function projectHref(project: string): string {
  return `/p/${encodeURIComponent(project)}`;
}

/** The page of an environment, from its name as people say it (`review/feature/checkout`; a single one has no ref: `production`). */
export function environmentHref(project: string, name: string): string {
  const slash = name.indexOf("/");
  const [stage, ref] = slash === -1 ? [name, singleRef] : [name.slice(0, slash), name.slice(slash + 1)];
  return `${projectHref(project)}/e/${encodeURIComponent(stage)}/${encodeURIComponent(ref)}`;
}

/** Stands in the address where a stage has one environment and no ref. */
const singleRef = "~";

/** The name of the environment from the two parts of its address. */
export function environmentNameIn(stage: string, ref: string): string {
  const [stageName, refName] = [decodePart(stage), decodePart(ref)];
  return refName === singleRef ? stageName : `${stageName}/${refName}`;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
