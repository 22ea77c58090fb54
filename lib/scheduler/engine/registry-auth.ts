import { z } from "zod";

/** What a registry is told at a pull. */
export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

const entry = z.object({
  auth: z.string().max(10_000).optional(),
  username: z.string().max(1_000).optional(),
  password: z.string().max(10_000).optional(),
});
const configSchema = z.object({ auths: z.record(z.string(), entry) });
const oldConfigSchema = z.record(z.string(), entry);
const dockerHub = "https://index.docker.io/v1/";

/**
 * The credentials a Docker configuration (`.docker/config.json`, or the older `.dockercfg`) has for an image's registry, whose key must be the
 * host part of the image; null when it has none. Throws a sentence when the text is no such configuration.
 */
export function authFor(image: string, configuration: string): RegistryAuth | null {
  const registry = registryOf(image);
  for (const [key, value] of Object.entries(entriesOf(configuration))) {
    const host = key === dockerHub ? "docker.io" : key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    if (host !== registry) continue;
    const decoded = Buffer.from(value.auth ?? "", "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    const username = value.username ?? (colon === -1 ? undefined : decoded.slice(0, colon));
    const password = value.password ?? (colon === -1 ? undefined : decoded.slice(colon + 1));
    if (username !== undefined && password !== undefined) return { username, password, serveraddress: key };
  }
  return null;
}

/** The registry's host that an image reference names; docker.io when it names none. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  return isHost && first !== "index.docker.io" ? first : "docker.io";
}

function entriesOf(configuration: string): Record<string, z.infer<typeof entry>> {
  let value: unknown;
  try {
    value = JSON.parse(configuration);
  } catch {
    throw new Error("The registry credentials that were fetched are no JSON");
  }
  const config = configSchema.safeParse(value);
  if (config.success) return config.data.auths;
  const old = oldConfigSchema.safeParse(value);
  if (old.success) return old.data;
  throw new Error("The registry credentials that were fetched have no auths");
}
