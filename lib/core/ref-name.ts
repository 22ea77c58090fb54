/** The branch or tag in a full name of a ref; null for others. */
export function refOfName(refName: string | null): { readonly kind: "branch" | "tag"; readonly name: string } | null {
  const match = /^refs\/(heads|tags)\/(.+)$/.exec(refName ?? "");
  return match?.[2] === undefined ? null : { kind: match[1] === "tags" ? "tag" : "branch", name: match[2] };
}
