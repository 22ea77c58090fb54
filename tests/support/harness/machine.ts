import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { installPackages, mayInstallPackages } from "#lib/adapters/engine-local/debian.ts";

/** A program the tests need, and where it comes from. */
interface Tool {
  readonly name: string;
  readonly places: readonly string[];
  readonly debianPackage: string;
}

export interface Tools {
  readonly dockerd: string | undefined;
  readonly registry: string | undefined;
  readonly busybox: string | undefined;
  readonly ssh: string | undefined;
  readonly chromium: string | undefined;
}

const tools: Readonly<Record<keyof Tools, Tool>> = {
  dockerd: { name: "dockerd", places: ["/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"], debianPackage: "docker.io" },
  registry: { name: "docker-registry", places: ["/usr/bin/docker-registry"], debianPackage: "docker-registry" },
  busybox: { name: "busybox", places: ["/bin/busybox", "/usr/bin/busybox"], debianPackage: "busybox" },
  ssh: { name: "ssh", places: ["/usr/bin/ssh", "/usr/local/bin/ssh"], debianPackage: "openssh-client" },
  chromium: {
    name: "chromium",
    places: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"],
    debianPackage: "chromium",
  },
};

const everywhere = ["registry", "busybox", "ssh", "chromium"] as const;

/**
 * Finds the programs the tests need; as root on Debian and Ubuntu what is missing gets installed. `say` shows progress.
 * Throws a sentence that says exactly what to install otherwise. Not root, an engine that runs already is enough.
 */
export async function ensureTools(say: (text: string) => void): Promise<Tools> {
  const isRoot = process.getuid?.() === 0;
  const missing = async () => {
    const found = await findTools();
    const names: readonly (keyof Tools)[] = isRoot ? ["dockerd", ...everywhere] : everywhere;
    return names.filter((name) => found[name] === undefined).map((name) => tools[name]);
  };
  const wanted = await missing();
  if (wanted.length > 0 && mayInstallPackages()) {
    say(`installing ${wanted.map(({ debianPackage }) => debianPackage).join(", ")}`);
    const extra = existsSync("/sys/fs/cgroup/cgroup.controllers") || existsSync("/sys/fs/cgroup/memory") ? [] : ["cgroupfs-mount"];
    await installPackages([...wanted.map(({ debianPackage }) => debianPackage), "iptables", "iproute2", ...extra], {
      onLine: say,
      startServices: false,
    });
  }
  const still = await missing();
  if (still.length > 0) {
    const packages = still.map(({ debianPackage }) => debianPackage).join(" ");
    throw new Error(`The tests need ${still.map(({ name }) => name).join(", ")}. On Debian and Ubuntu: sudo apt-get install ${packages}`);
  }
  return findTools();
}

async function findTools(): Promise<Tools> {
  const find = ({ places }: Tool) => places.find((path) => existsSync(path));
  return {
    dockerd: find(tools.dockerd),
    registry: find(tools.registry),
    busybox: find(tools.busybox),
    ssh: find(tools.ssh),
    chromium: process.env["BERTH_TEST_CHROMIUM"] ?? find(tools.chromium) ?? (await findPlaywrightChromium()),
  };
}

/** One that `playwright install` has fetched. */
async function findPlaywrightChromium(): Promise<string | undefined> {
  const folder = process.env["PLAYWRIGHT_BROWSERS_PATH"] ?? join(homedir(), ".cache/ms-playwright");
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith("chromium-")).toSorted();
  const candidates = names.flatMap((name) => [join(folder, name, "chrome-linux/chrome"), join(folder, name, "chrome-linux64/chrome")]);
  return candidates.findLast((path) => existsSync(path));
}
