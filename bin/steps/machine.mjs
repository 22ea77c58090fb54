import { spawnSync } from "node:child_process";
import { statfsSync } from "node:fs";

import { StepError } from "./command.mjs";
import { root } from "./hash.mjs";

const oldestNode = [20, 19, 0];
const installMegabytes = 2048;

/** Node and git, checked before anything else. Throws StepError with one sentence. */
export function checkMachine() {
  const version = process.versions.node.split(".").map(Number);
  const difference = oldestNode.map((wanted, position) => (version[position] ?? 0) - wanted).find((part) => part !== 0) ?? 0;
  if (difference < 0) {
    throw new StepError(
      `Berth needs Node.js ${oldestNode.join(".")} or newer, and this is ${process.versions.node}: install a newer one from https://nodejs.org.`,
    );
  }
  if (spawnSync("git", ["--version"], { stdio: "ignore" }).status !== 0) {
    throw new StepError("Berth needs git, and no git was found on the PATH: install it (on Debian and Ubuntu: apt-get install git).");
  }
}

/** Throws StepError when the disk under the clone cannot hold an installation. */
export function checkDiskForInstallation() {
  const disk = statfsSync(root);
  const freeMegabytes = Math.floor((disk.bavail * disk.bsize) / 1024 ** 2);
  if (freeMegabytes < installMegabytes) {
    throw new StepError(
      `The disk under ${root} has ${freeMegabytes} MB left, and installing Berth takes ${installMegabytes} MB: make room and start again.`,
    );
  }
}
