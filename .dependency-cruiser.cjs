/**
 * Who may import whom: core ← platform ← adapters ← domain ← server ← app. Each rule says why, and what to do instead.
 * @type {import("dependency-cruiser").IConfiguration}
 */
const inside = (...folders) => `^(${folders.join("|")})/`;
const testFiles = "\\.test\\.tsx?$";

module.exports = {
  forbidden: [
    {
      name: "core-is-pure",
      comment: "lib/core holds words everyone may use, so it knows nobody: move what needs plumbing to the layer that has it.",
      severity: "error",
      from: { path: inside("lib/core"), pathNot: testFiles },
      to: { path: inside("lib/(?!core/)", "app", "components", "tests") },
    },
    {
      name: "platform-below-product",
      comment: "lib/platform is plumbing without product words and may use only lib/core: pass what it needs as an argument.",
      severity: "error",
      from: { path: inside("lib/platform"), pathNot: testFiles },
      to: { path: inside("lib/(?!core/|platform/)", "app", "components", "tests") },
    },
    {
      name: "adapters-below-domain",
      comment: "An adapter speaks one outside tongue and knows no rule of the domain: translate to plain words and let the domain decide.",
      severity: "error",
      from: { path: inside("lib/adapters"), pathNot: testFiles },
      to: { path: inside("lib/(?!core/|platform/|adapters/)", "app", "components", "tests") },
    },
    {
      name: "domain-below-server",
      comment: "The domain decides for every door alike, so it must not know the door: hand it an actor and plain input.",
      severity: "error",
      from: { path: inside("lib/domain"), pathNot: testFiles },
      to: { path: inside("lib/(server|scheduler|gateway|processes)", "app", "components", "tests") },
    },
    {
      name: "server-below-app",
      comment: "lib/server turns requests into commands for app/ to use; it draws nothing and starts nothing.",
      severity: "error",
      from: { path: inside("lib/server"), pathNot: testFiles },
      to: { path: inside("lib/(scheduler|gateway|processes)", "lib/adapters/(?!git/)", "app", "components", "tests") },
    },
    {
      name: "app-stays-thin",
      comment: "Pages and routes ask lib/server or the domain; adapters, SQL and processes are behind a command or a query.",
      severity: "error",
      from: { path: inside("app"), pathNot: testFiles },
      to: { path: inside("lib/(adapters|scheduler|gateway|processes)", "lib/platform/database", "tests") },
    },
    {
      name: "components-are-markup",
      comment:
        "A component takes props: it may know lib/core and a noun's pure files (schema, states, words, policy, gates), nothing that does I/O.",
      severity: "error",
      from: { path: inside("components"), pathNot: testFiles },
      to: {
        path: inside("lib", "app"),
        pathNot: [inside("lib/core"), "^lib/domain/[^/]+/(schema|states|words|policy|gates)[^/]*\\.ts$", "^app/.*actions"],
        // A type is gone when the page is built: a component may name what a query answers.
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "scheduler-stands-alone",
      comment: "The scheduler must be replaceable by a real Marathon, so it may use core, platform and adapters/docker only.",
      severity: "error",
      from: { path: inside("lib/scheduler"), pathNot: testFiles },
      to: { path: inside("lib/(?!core/|platform/|scheduler/|adapters/docker/)", "app", "components", "tests") },
    },
    {
      name: "gateway-stands-alone",
      comment:
        "The gateway faces hostile pages and holds no secrets: it may use core and platform only, and reads its routes from the database.",
      severity: "error",
      from: { path: inside("lib/gateway"), pathNot: testFiles },
      to: { path: inside("lib/(?!core/|platform/|gateway/)", "app", "components", "tests") },
    },
    {
      name: "nothing-imports-processes",
      comment: "The mains choose and wire parts; a part that imports a main runs twice. Move the shared thing down a layer.",
      severity: "error",
      from: { pathNot: inside("lib/processes") },
      to: { path: inside("lib/processes") },
    },
    {
      name: "a-process-is-its-own",
      comment:
        "One process does not import another's main: they meet in the database, over their ports, or in a messages.ts that says what they tell each other.",
      severity: "error",
      from: { path: "^lib/processes/([^/]+)/" },
      to: { path: "^lib/processes/([^/]+)/", pathNot: ["^lib/processes/$1/", "/messages\\.ts$"] },
    },
    {
      name: "user-commands-touch-no-adapter",
      comment:
        "Commands and queries write and read state and enqueue; only reconcilers, jobs and handlers act on the outside world. (git/url.ts only parses.)",
      severity: "error",
      from: { path: "^lib/domain/[^/]+/(commands/|queries)", pathNot: testFiles },
      to: { path: inside("lib/adapters"), pathNot: "^lib/adapters/git/url\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pure-files-stay-pure",
      comment:
        "schema, states, words, policy, gates and plan are read by components and tested as tables: they may know lib/core and each other, nothing that does I/O.",
      severity: "error",
      from: { path: "^lib/domain/[^/]+/(schema|states|words|policy|gates|plan)[^/]*\\.ts$", pathNot: testFiles },
      to: {
        path: inside("lib"),
        pathNot: [inside("lib/core"), "^lib/domain/[^/]+/(schema|states|words|policy|gates|plan)[^/]*\\.ts$"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "one-way-to-the-database",
      comment:
        "The generated Prisma client is an implementation detail of lib/platform/database: import the connection and its types from there.",
      severity: "error",
      from: { pathNot: inside("lib/platform/database") },
      to: { path: inside("lib/platform/database/client") },
    },
    {
      name: "next-stays-at-the-edge",
      comment:
        "Only lib/server, app, components and the web process know Next.js and next-auth, so that every other door works without them.",
      severity: "error",
      from: { pathNot: [inside("lib/server", "app", "components", "lib/processes/web"), "^(next\\.config|proxy|instrumentation)\\.ts$"] },
      to: { path: "(^|/)node_modules/(next|next-auth|next-themes)/" },
    },
    {
      name: "docker-behind-its-adapter",
      comment: "dockerode is a transport, not a model: ask lib/adapters/docker, or the scheduler's own engine folder.",
      severity: "error",
      from: { pathNot: [inside("lib/adapters/docker", "lib/adapters/engine-local", "lib/scheduler/engine", "tests"), testFiles] },
      to: { path: "(^|/)node_modules/dockerode/" },
    },
    {
      name: "no-cycles",
      comment: "A cycle means two files are one thing or one of them knows too much: split out what both need.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-drawers",
      comment: "Files called utils, helpers, common or index hide what is in them: name the file after its noun or verb.",
      severity: "error",
      from: {},
      to: { path: "^(app|components|lib)/.*\\b(utils|util|helpers|helper|common|shared|misc|index)(/|\\.ts|\\.tsx)" },
    },
    {
      name: "no-tests-in-the-product",
      comment: "The product must not carry test support: move what is needed at run time into lib.",
      severity: "error",
      from: { path: inside("app", "components", "lib"), pathNot: testFiles },
      to: { path: [inside("tests"), testFiles] },
    },
    {
      name: "declared-packages-only",
      comment: "A package that package.json does not name may vanish with the next install: add it there.",
      severity: "error",
      from: { path: inside("app", "components", "lib") },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"], pathNot: "^(node:|server-only$|client-only$)" },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere breaks at run time: correct the path.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(server-only|client-only)$" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "lib/platform/database/client"] },
    exclude: { path: ["\\.next/", "^dist/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".cjs", ".json", ".d.ts"],
    },
    cache: { folder: "node_modules/.cache/dependency-cruiser", strategy: "content" },
  },
};
