import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { StepError } from "./command.mjs";
import { root } from "./hash.mjs";

/**
 * Compares what was built with lib/server/doors: every page, route, action and REST operation says what it asks for, or the build fails
 * with the names of those that do not.
 */
export async function checkDoors() {
  const { doors, operations } = await bundleDoors();
  const sentences = doors.whatDiffers({ ...builtByNext(), operation: operations.map(({ id }) => id) });
  if (sentences.length > 0)
    throw new StepError(`Every door has to say what it asks for, in lib/server/doors:\n${sentences.map((line) => `  ${line}`).join("\n")}`);
}

function builtByNext() {
  const read = (name) => JSON.parse(readFileSync(join(root, ".next", name), "utf8"));
  const entries = Object.entries(read("app-path-routes-manifest.json")).filter(([, path]) => !path.startsWith("/_"));
  const pathsOf = (end) => entries.filter(([entry]) => entry.endsWith(end)).map(([, path]) => path);
  const { node, edge } = read("server/server-reference-manifest.json");
  const actions = Object.values({ ...node, ...edge }).map(({ filename, exportedName }) => `${nameOf(filename)}#${exportedName}`);
  return { page: pathsOf("/page"), route: pathsOf("/route"), action: [...new Set(actions)] };
}

/** app/actions/people.ts → people; an action that stands elsewhere keeps its whole path and is found undeclared. */
function nameOf(file) {
  return /^app\/actions\/(.+)\.ts$/.exec(file)?.[1] ?? file;
}

/** The table and the registry of operations, for plain Node: what only runs inside of Next is left out, because nothing is called here. */
async function bundleDoors() {
  const esbuild = await import("esbuild");
  const outdir = join(root, "dist/doors");
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: { doors: "lib/server/doors/table.ts", operations: "lib/server/api/registry.ts" },
      outdir,
      bundle: true,
      splitting: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      outExtension: { ".js": ".mjs" },
      logLevel: "silent",
      plugins: [withoutNext],
    });
    const load = (name) => import(`${pathToFileURL(join(outdir, name)).href}?at=${Date.now()}`);
    const [doors, { operations }] = [await load("doors.mjs"), await load("operations.mjs")];
    return { doors, operations };
  } catch (error) {
    throw new StepError(`The table of doors cannot be read:\n${error.message}`);
  } finally {
    await esbuild.stop();
  }
}

const withoutNext = {
  name: "without-next",
  setup(build) {
    build.onResolve({ filter: /^(?:next|next-auth|server-only)(?:\/|$)/ }, ({ path }) => ({ path, namespace: "absent" }));
    build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      contents: "const nothing = new Proxy(() => nothing, { get: () => nothing }); module.exports = nothing;",
      loader: "js",
    }));
  },
};
