import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";

import { afterAll, expect, test } from "vitest";

import { connectEngine } from "#lib/adapters/docker/client.ts";
import { ensureBaseImage } from "#lib/adapters/engine-local/base-image.ts";
import { testEnvironment } from "#tests/support/environment.ts";

const reference = "berth-test/made-here:20";
const engine = connectEngine({ socketPath: testEnvironment().dockerSocket });
afterAll(() => engine.getImage(reference).remove({ force: true }));

async function runIn(image: string, command: readonly string[]): Promise<string> {
  const container = await engine.createContainer({ Image: image, Cmd: [...command], HostConfig: { NetworkMode: "none" } });
  try {
    await container.start();
    await container.wait();
    const output = new PassThrough();
    engine.modem.demuxStream(await container.logs({ stdout: true, stderr: true, follow: true }), output, output);
    setTimeout(() => output.end(), 300);
    return (await text(output)).trim();
  } finally {
    await container.remove({ force: true });
  }
}

test("the base image made from this machine's node runs the same node, knows its users and has certificates", async () => {
  await ensureBaseImage(engine, reference);
  const script =
    "const fs = require('fs'); console.log(process.version, require('os').userInfo().username, fs.existsSync('/etc/ssl/certs/ca-certificates.crt') || 'none', process.cwd())";
  expect(await runIn(reference, ["-e", script])).toMatch(new RegExp(`^${process.version.replaceAll(".", "\\.")} root (true|none) /app$`));
});

test("a base image that is there already is not made again", async () => {
  await ensureBaseImage(engine, reference);
  const before = await engine.getImage(reference).inspect();
  await ensureBaseImage(engine, reference);
  expect((await engine.getImage(reference).inspect()).Id).toBe(before.Id);
});
