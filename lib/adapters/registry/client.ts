import { createHash } from "node:crypto";

import { BerthError } from "#lib/core/errors.ts";
import { basicAuthorization } from "#lib/platform/outbound-http/basic-auth.ts";
import { type HttpAnswer, type HttpRequest, createHttpClient } from "#lib/platform/outbound-http/client.ts";
import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

import { type RegistryImage, readImage } from "./read-image.ts";
import { createTokens } from "./token.ts";
import { refusalDetail } from "./wire.ts";

export interface RegistryOptions {
  /** Origin of the registry, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
  /** Further origins whose token service may be given the credentials; the registry's own is always one. */
  readonly tokenOrigins?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface Registry {
  /** Whether a registry answers there and takes the credentials. Never throws. */
  ping(): Promise<boolean>;
  /** The digest behind a tag (or of a digest), or null when there is no such image. */
  digestOf(repository: string, reference: string): Promise<string | null>;
  /** What an image named by digest is, without pulling it; null when there is none. Throws `registry_refused` for what is no image. */
  readImage(repository: string, digest: string): Promise<RegistryImage | null>;
  /** Puts the very same manifest under one more tag; nothing is copied. Throws `image_missing`. */
  tag(repository: string, digest: string, newTag: string): Promise<void>;
  /** Deletes a manifest with all its tags; gone is fine. Throws `registry_refused` where the registry forbids deleting. */
  deleteManifest(repository: string, digest: string): Promise<void>;
  close(): Promise<void>;
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const digestPattern = /^sha256:[a-f0-9]{64}$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const repositoryPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const maxManifestBytes = 4 * 1024 * 1024;

/** A client for one Distribution registry (v2 API). All calls throw `registry_unavailable` or `registry_refused` besides what they name. */
export function createRegistry(options: RegistryOptions): Registry {
  const send = createSender(options);

  async function manifest(repository: string, reference: string, method: "GET" | "HEAD"): Promise<HttpAnswer | null> {
    const answer = await send.request({ method, url: manifestPath(repository, reference), headers: { accept: manifestTypes.join(", ") } });
    if (answer.status === 404) return null;
    return expectStatus(answer, 200);
  }

  return {
    async ping() {
      try {
        return (await send.request({ url: "/v2/" })).status === 200;
      } catch {
        return false;
      }
    },
    async digestOf(repository, reference) {
      const head = await manifest(repository, reference, "HEAD");
      if (head === null) return null;
      const told = head.headers["docker-content-digest"];
      if (told !== undefined && digestPattern.test(told)) return told;
      const whole = await manifest(repository, reference, "GET");
      return whole === null ? null : sha256(whole.body);
    },
    readImage: (repository, digest) => readImage(partsFrom(send, repository), digest),
    async tag(repository, digest, newTag) {
      if (!tagPattern.test(newTag)) throw new BerthError("registry_refused", { detail: "That is not a tag." });
      const whole = await manifest(repository, digest, "GET");
      if (whole === null) throw new BerthError("image_missing", { detail: `${repository} has no ${digest.slice(0, 19)}.` });
      if (sha256(whole.body) !== digest)
        throw new BerthError("registry_refused", { detail: "The registry answered another manifest than asked for." });
      const type = whole.headers["content-type"]?.split(";")[0]?.trim() ?? "";
      if (!manifestTypes.includes(type))
        throw new BerthError("registry_refused", { detail: "The registry answered an unknown kind of manifest." });
      expectStatus(
        await send.request({ method: "PUT", url: manifestPath(repository, newTag), headers: { "content-type": type }, body: whole.body }),
        201,
        200,
      );
    },
    async deleteManifest(repository, digest) {
      if (!digestPattern.test(digest)) throw new BerthError("registry_refused", { detail: "Only a digest can be deleted." });
      const answer = await send.request({ method: "DELETE", url: manifestPath(repository, digest) });
      if (answer.status === 404) return;
      if (answer.status === 405)
        throw new BerthError("registry_refused", { detail: "The registry does not allow deleting (storage.delete.enabled)." });
      expectStatus(answer, 202, 200);
    },
    close: () => send.close(),
  };
}

/** Manifests and blobs of a repository by digest, as they are kept. */
function partsFrom(send: Sender, repository: string) {
  return async (kind: "manifests" | "blobs", digest: string): Promise<Buffer | null> => {
    const url = manifestPath(repository, digest).replace("/manifests/", `/${kind}/`);
    const answer = await send.request({ url, headers: kind === "manifests" ? { accept: manifestTypes.join(", ") } : {} });
    return answer.status === 404 ? null : expectStatus(answer, 200).body;
  };
}

interface Sender {
  /** `url` is the path below the registry's origin. */
  request(request: HttpRequest & { url: string }): Promise<HttpAnswer>;
  close(): Promise<void>;
}

function createSender(options: RegistryOptions): Sender {
  const origin = new URL(options.url).origin;
  const http = createHttpClient({ timeoutMs: options.timeoutMs ?? 10_000, maxBodyBytes: maxManifestBytes, policy: "operator" });
  const tokens = createTokens({ http, credentials: options.auth, allowedOrigins: [origin, ...(options.tokenOrigins ?? [])] });
  const basic = options.auth ? { authorization: basicAuthorization(options.auth) } : {};

  async function send(request: HttpRequest & { url: string }, authorization: Record<string, string>): Promise<HttpAnswer> {
    return await http.request({ ...request, url: origin + request.url, headers: { ...request.headers, ...authorization } });
  }

  return {
    async request(request) {
      try {
        const first = await send(request, basic);
        const token = first.status === 401 ? await tokens.answerTo(first.headers["www-authenticate"] ?? "") : null;
        return token === null ? first : await send(request, { authorization: `Bearer ${token}` });
      } catch (error) {
        if (isHttpError(error)) throw new BerthError("registry_unavailable", { detail: error.message, cause: error });
        throw error;
      }
    },
    close: () => http.close(),
  };
}

function expectStatus(answer: HttpAnswer, ...good: readonly number[]): HttpAnswer {
  if (good.includes(answer.status)) return answer;
  const code = answer.status >= 500 || answer.status === 429 ? "registry_unavailable" : "registry_refused";
  throw new BerthError(code, { detail: refusalDetail(answer) });
}

function manifestPath(repository: string, reference: string): string {
  if (repository.length > 255 || !repositoryPattern.test(repository))
    throw new BerthError("registry_refused", { detail: "That is not a repository name." });
  if (!tagPattern.test(reference) && !digestPattern.test(reference))
    throw new BerthError("registry_refused", { detail: "That is neither a tag nor a digest." });
  return `/v2/${repository}/manifests/${reference}`;
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
