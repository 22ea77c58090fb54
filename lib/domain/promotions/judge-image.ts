interface Found {
  /** What the release names. */
  readonly digest: string;
  readonly asksRegistry: boolean;
  readonly registryDigest: string | null;
  /** Null: no verdict was needed on the way here. */
  readonly approvedDigest: string | null;
  readonly expectedImage: string;
  readonly appImage: string | null;
  readonly isOfRelease: boolean;
  readonly tasks: number;
  readonly matching: number;
}

/** Whether what was built, approved and runs is one and the same, with the sentence that says where it is not. Pure. */
export function judgeImage(found: Found): { readonly state: "same" | "drift" | "unknown"; readonly detail: string | null } {
  const drift = (detail: string) => ({ state: "drift" as const, detail });
  if (found.asksRegistry && found.registryDigest === null) return drift("the registry does not have the image any more.");
  if (found.asksRegistry && found.registryDigest !== found.digest) return drift("the registry answers with another image.");
  if (found.approvedDigest !== null && found.approvedDigest !== found.digest) return drift("another image was approved.");
  if (found.appImage === null) return { state: "unknown", detail: "The cluster has no such app." };
  if (found.appImage !== found.expectedImage) return drift(`the cluster was given ${found.appImage}.`);
  if (!found.isOfRelease) return drift("the app at the cluster is of another release.");
  if (found.tasks > found.matching) return drift(`${found.tasks - found.matching} of ${found.tasks} tasks run something older.`);
  if (found.tasks === 0) return { state: "unknown", detail: "No task runs." };
  return { state: "same", detail: null };
}
