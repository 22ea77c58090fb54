import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./command.ts";

const branch = "issue-1";
const blobBytes = 20 * 1024 ** 2;
const identity = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_TERMINAL_PROMPT: "0" };
const person = ["-c", "user.name=Bench", "-c", "user.email=bench@sample.invalid", "-c", "commit.gpgsign=false"];

/** In this order package.json and the big file are a layer of their own, below the code: what changes there makes all layers anew. */
const layeredDockerfile = `FROM berth/node:20
WORKDIR /app
COPY package.json assets.bin ./
COPY server.js shop.json ./
EXPOSE 8080
CMD ["server.js"]
`;

/** A clone of the sample shop on branch issue-1. */
export interface Shop {
  readonly folder: string;
  /** Commits another title, so that only the last layer changes; gives the words the new page shows. */
  changeTitle(): Promise<string>;
  /** Commits another package.json and 20 MB of random bytes, so that no layer can be used again; gives the words the new page shows. */
  changeBase(): Promise<string>;
  push(): Promise<void>;
  head(): Promise<string>;
}

/** Clones `origin`; pushes go there. */
export async function cloneShop(origin: string, folder: string): Promise<Shop> {
  await run("git", ["clone", "--quiet", "--branch", branch, "--", origin, folder], { env: identity });
  const git = (...args: string[]) => run("git", [...person, ...args], { cwd: folder, env: identity });
  const commit = async (files: Readonly<Record<string, string | Buffer>>): Promise<string> => {
    const title = `Shop ${randomBytes(6).toString("hex")}`;
    const shop = { title, motto: "Measured.", colour: "#1d4ed8", products: [{ name: "Rope, 20 m", price: 24.9 }], features: ["issue-1"] };
    for (const [path, content] of Object.entries({ ...files, "shop.json": `${JSON.stringify(shop)}\n` }))
      await writeFile(join(folder, path), content);
    // Random bytes have no likeness that a search for deltas could find.
    await writeFile(join(folder, ".gitattributes"), "*.bin -delta\n");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", title);
    return title;
  };
  return {
    folder,
    changeTitle: () => commit({}),
    changeBase: () =>
      commit({
        Dockerfile: layeredDockerfile,
        "package.json": `${JSON.stringify({ name: "sample-shop", private: true, type: "module", version: `0.0.0-${randomBytes(4).toString("hex")}` })}\n`,
        "assets.bin": randomBytes(blobBytes),
      }),
    push: async () => void (await git("push", "--quiet", "origin", branch)),
    head: async () => (await git("rev-parse", "HEAD")).trim(),
  };
}

/** A plain bare repository with everything that `origin` has. */
export async function bareCopy(origin: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await run("git", ["clone", "--quiet", "--bare", "--", origin, folder], { env: identity });
  return folder;
}
