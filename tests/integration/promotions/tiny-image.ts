import { createHash } from "node:crypto";

const type = "application/vnd.docker.distribution.manifest.v2+json";
const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Puts the smallest image there can be into a registry; answers its digest. Another `mark`, another image. */
export async function pushTiny(registryUrl: string, repository: string, mark: string): Promise<string> {
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [] },
    config: { Labels: { mark } },
  });
  const place = await fetch(`${registryUrl}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const upload = new URL(place.headers.get("location") ?? "", registryUrl);
  upload.searchParams.set("digest", sha256(config));
  await expectOk(fetch(upload, { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: config }));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: "application/vnd.docker.container.image.v1+json", size: config.length, digest: sha256(config) },
    layers: [],
  });
  const digest = sha256(manifest);
  await expectOk(
    fetch(`${registryUrl}/v2/${repository}/manifests/${digest}`, { method: "PUT", headers: { "content-type": type }, body: manifest }),
  );
  return digest;
}

async function expectOk(answer: Promise<Response>): Promise<void> {
  const { ok, status } = await answer;
  if (!ok) throw new Error(`The registry answered ${status}`);
}
