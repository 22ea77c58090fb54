import { MarathonFailure } from "../failures.ts";
import { type AppInput } from "./app-input.ts";

/** An app, or a change to one, in the words of 1.5 and later only. */
export type AppUpdate = Omit<AppInput, "ports" | "uris" | "ipAddress" | "check" | "resourceLimits">;

type Networks = NonNullable<AppInput["networks"]>;

/**
 * Rewrites the words of Marathon before 1.5 (`docker.network`, `docker.portMappings`, `ipAddress`, `ports`, `uris`) into today's.
 * Works on partial apps too: what was not said stays unsaid. Throws when both dialects say different things.
 */
export function modernise(input: AppInput): AppUpdate {
  const {
    ports,
    uris,
    ipAddress: _address,
    networks: _networks,
    check,
    resourceLimits,
    container,
    fetch,
    portDefinitions,
    ...rest
  } = input;
  if (check !== undefined) throw illegal("check is not supported for Docker containers: use healthChecks");
  if (resourceLimits !== undefined) throw illegal("resourceLimits is not supported by this scheduler");
  const modernNetworks = networksOf(input);
  const modernFetch = fetchOf(uris, fetch);
  const definitions = portDefinitionsOf(ports, portDefinitions, modernNetworks);
  return {
    ...rest,
    ...(modernNetworks === undefined ? {} : { networks: modernNetworks }),
    ...(container === undefined ? {} : { container: containerOf(container) }),
    ...(modernFetch === undefined ? {} : { fetch: modernFetch }),
    ...(definitions === undefined ? {} : { portDefinitions: definitions }),
  };
}

function networksOf(input: AppInput): Networks | undefined {
  const { networks, ipAddress, container } = input;
  const old = container?.docker?.network;
  if (old !== undefined && networks !== undefined) throw illegal("must not specify both container.docker.network and networks");
  if (ipAddress !== undefined && networks !== undefined) throw illegal("ipAddress/networkName is not allowed with networks");
  if (networks !== undefined) return networks;
  if (old === "HOST") return [{ mode: "host" }];
  if (old === "BRIDGE") return [{ mode: "container/bridge" }];
  if (old === "NONE") throw illegal("container.docker.network NONE is not supported");
  if (old === "USER" || ipAddress !== undefined) return [{ mode: "container", ...named(ipAddress?.networkName) }];
  return undefined;
}

function named(name: string | undefined): { name?: string } {
  return name === undefined ? {} : { name };
}

function containerOf(container: NonNullable<AppInput["container"]>): NonNullable<AppUpdate["container"]> {
  if (container.docker === undefined) return container;
  const { network: _network, portMappings, ...docker } = container.docker;
  const mappings = container.portMappings ?? portMappings;
  return { ...container, docker, ...(mappings === undefined ? {} : { portMappings: mappings }) };
}

function fetchOf(uris: AppInput["uris"], fetch: AppInput["fetch"]): AppInput["fetch"] {
  if (uris === undefined || uris.length === 0) return fetch;
  if (fetch === undefined || fetch.length === 0) return uris.map((uri) => ({ uri, extract: isArchive(uri) }));
  const same = uris.length === fetch.length && uris.every((uri, index) => fetch[index]?.uri === uri);
  if (!same) throw illegal("uris may not be set in conjunction with fetch");
  return fetch;
}

function isArchive(uri: string): boolean {
  return /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip|tar)$/i.test(uri);
}

function portDefinitionsOf(
  ports: AppInput["ports"],
  definitions: AppInput["portDefinitions"],
  networks: Networks | undefined,
): AppInput["portDefinitions"] {
  if (ports === undefined) return definitions;
  const hostMode = networks === undefined || networks.every((network) => (network.mode ?? "container") === "host");
  // In the old answers of bridged apps `ports` repeats the service ports of the mappings.
  if (!hostMode) return definitions;
  if (definitions === undefined) return ports.map((port, index) => ({ port, name: index === 0 ? "default" : `port${index}` }));
  const same = ports.length === definitions.length && ports.every((port, index) => (definitions[index]?.port ?? 0) === port);
  if (!same) throw illegal("cannot specify both ports and port definitions");
  return definitions;
}

function illegal(message: string): MarathonFailure {
  return new MarathonFailure("illegal", message);
}
