import { createHash } from "node:crypto";

/** Raised when Berth itself starts to build differently, so that old images are not taken for new ones. */
const recipeVersion = 1;

interface Ingredients {
  readonly dockerfilePath: string;
  readonly contextPath: string;
  /** Built with the cache that strangers' builds share: a branch that comes to the same commit is built anew. */
  readonly isPull?: boolean;
}

/** The first eight digits of the SHA-256 over all that shapes an image beside the commit. */
export function recipeOf({ dockerfilePath, contextPath, isPull = false }: Ingredients): string {
  return createHash("sha256")
    .update(JSON.stringify([recipeVersion, dockerfilePath, contextPath, ...(isPull ? ["pull"] : [])]))
    .digest("hex")
    .slice(0, 8);
}

/** The tag of a build's image: the same commit and recipe always give the same name. */
export function imageTagOf(build: { readonly commit: string; readonly recipe: string }): string {
  return `${build.commit.slice(0, 12)}-${build.recipe}`;
}
