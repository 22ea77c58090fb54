/** What the button beside a ref is called: a review stage previews, the others deploy; where it runs already, again. */
export function deployWord(stage: string, running: readonly string[]): "Preview" | "Deploy" | "Redeploy" {
  if (running.some((name) => name === stage || name.startsWith(`${stage}/`))) return "Redeploy";
  return stage === "review" ? "Preview" : "Deploy";
}
