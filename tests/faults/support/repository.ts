import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import type { Product } from "#tests/support/product.ts";

const execute = promisify(execFile);

/** A person's working copy. */
export interface WorkingCopy {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** Writes the files (a string is a file, `{ link }` a symbolic link), commits everything and gives the commit. */
  commit(files: Readonly<Record<string, string | { readonly link: string }>>, message?: string): Promise<string>;
  remove(): Promise<void>;
}

/** The address of a project's own repository with the first admin's token as the password. */
export function pushUrl(product: Product, gitUrl: string): string {
  const url = new URL(gitUrl);
  url.username = "anybody";
  url.password = product.adminToken;
  return url.toString();
}

/** A new repository on branch master, with `remote` as its origin. */
export async function makeWorkingCopy(remote?: string): Promise<WorkingCopy> {
  const folder = await mkdtemp(join(tmpdir(), "berth-work-"));
  const git = (...args: string[]) => runGit(folder, args);
  await git("init", "--quiet", "--initial-branch=master");
  if (remote !== undefined) await git("remote", "add", "origin", remote);
  return {
    folder,
    git,
    async commit(files, message = "A change") {
      for (const [name, content] of Object.entries(files)) {
        const path = join(folder, name);
        await mkdir(dirname(path), { recursive: true });
        await rm(path, { force: true });
        await (typeof content === "string" ? writeFile(path, content) : symlink(content.link, path));
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "-m", message);
      return (await git("rev-parse", "HEAD")).trim();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Git with a person's name and nothing of this machine's configuration. */
export async function runGit(folder: string, args: readonly string[], input?: string): Promise<string> {
  const env = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: folder,
    LC_ALL: "C.UTF-8",
    NODE_ENV: "test" as const,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Grace",
    GIT_AUTHOR_EMAIL: "grace@example.org",
    GIT_COMMITTER_NAME: "Grace",
    GIT_COMMITTER_EMAIL: "grace@example.org",
  };
  const running = execute("git", [...args], { cwd: folder, env, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 });
  if (input !== undefined) running.child.stdin?.end(input);
  return (await running).stdout;
}

/** A server that answers every request with `text`. */
export function answering(text: string): string {
  return `require("node:http").createServer((q, s) => s.end(${JSON.stringify(text)})).listen(process.env.PORT);\n`;
}

/** Files of an app whose container runs `script` with node. */
export function appFiles(script: string): Record<string, string> {
  return { Dockerfile: 'FROM berth/node:20\nCOPY app.js /app.js\nCMD ["/app.js"]\n', "app.js": script };
}

/** An image with a shell on the engine of the tests. */
export function busyboxImage(): string {
  const name = process.env["BERTH_TEST_BUSYBOX_IMAGE"];
  if (name === undefined || name === "")
    throw new Error("This test needs BERTH_TEST_BUSYBOX_IMAGE: an image with a shell. `npm test` sets it.");
  return name;
}

/** As appFiles, with a build that first runs `command` in a shell. */
export function slowAppFiles(script: string, command: string): Record<string, string> {
  return {
    Dockerfile: `FROM ${busyboxImage()} AS slow\nRUN ${command} && echo done > /done\nFROM berth/node:20\nCOPY --from=slow /done /done\nCOPY app.js /app.js\nCMD ["/app.js"]\n`,
    "app.js": script,
  };
}
