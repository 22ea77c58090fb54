import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { findFreePort } from "#lib/adapters/daemon/free-port.ts";

import { findDockerClient } from "../tools.ts";
import { pipe, run } from "./command.ts";
import { firstAnswer } from "./first-answer.ts";

/** What somebody does by hand with git and the docker client, on the same engine as Berth. */
export interface ByHand {
  /** Builds a commit of a bare repository with BuildKit, as `git archive | docker build`. Gives the image's name. */
  build(bareRepository: string, commit: string): Promise<string>;
  /** `docker run -d -p`; gives where it will answer. */
  run(image: string): Promise<Started>;
  /** Ends a container and forgets it. */
  remove(started: Started): Promise<void>;
  /** The id of the image that a container with this label runs. */
  imageOf(label: string): Promise<string>;
  /** Removes every container and image it has made. */
  clear(): Promise<void>;
}

export interface Started {
  readonly container: string;
  readonly url: string;
}

const address = "127.0.0.1";

export async function createByHand(dockerHost: string, folder: string): Promise<ByHand> {
  const client = await findDockerClient();
  if (client === undefined)
    throw new Error(
      "The reference needs a docker client that can build with BuildKit. On Debian and Ubuntu: sudo apt-get install docker-cli docker-buildx",
    );
  await mkdir(join(folder, "docker-config"), { recursive: true });
  const env = { DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: "1", DOCKER_CONFIG: join(folder, "docker-config") };
  const docker = (...args: string[]) => run(client, args, { env });
  const label = `bench.run=${randomBytes(4).toString("hex")}`;
  const images: string[] = [];
  let port = 36_000;
  return {
    async build(bareRepository, commit) {
      const image = `bench-by-hand:${commit.slice(0, 12)}`;
      images.push(image);
      await pipe(
        { file: "git", args: ["--git-dir", bareRepository, "archive", "--format=tar", commit] },
        { file: client, args: ["build", "--tag", image, "-"] },
        { env },
      );
      return image;
    },
    async run(image) {
      port = (await findFreePort(address, port)) + 1;
      const published = `${address}:${port - 1}:8080`;
      const container = (await docker("run", "--detach", "--label", label, "--publish", published, image)).trim();
      return { container, url: `http://${address}:${port - 1}/` };
    },
    remove: async ({ container }) => void (await docker("rm", "--force", container)),
    async imageOf(wanted) {
      const [container] = (await docker("ps", "--quiet", "--filter", `label=${wanted}`)).trim().split("\n");
      if (container === undefined || container === "") throw new Error(`No container has the label ${wanted}.`);
      return (await docker("inspect", "--format", "{{.Image}}", container)).trim();
    },
    async clear() {
      const left = (await docker("ps", "--all", "--quiet", "--filter", `label=${label}`)).split("\n").filter((id) => id !== "");
      if (left.length > 0) await docker("rm", "--force", ...left);
      if (images.length > 0) await docker("rmi", "--force", ...images);
    },
  };
}

/** Runs an image and waits for the page with these words. Gives the container and how long it took, in milliseconds. */
export async function runUntilAnswer(
  byHand: ByHand,
  image: string,
  text: string,
): Promise<{ started: Started; runMs: number; answerMs: number }> {
  const begun = performance.now();
  const started = await byHand.run(image);
  const ran = performance.now();
  const answered = await firstAnswer({ url: started.url, text, limitMs: 60_000 });
  return { started, runMs: ran - begun, answerMs: answered - ran };
}
