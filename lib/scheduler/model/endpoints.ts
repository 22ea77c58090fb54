import { type AppDefinition, networkMode } from "./app.ts";

/** One port of an app, whichever way it was declared; the order is the order of `ports`, `PORT0…` and `portIndex`. */
export interface Endpoint {
  readonly name: string | undefined;
  readonly protocols: readonly ("tcp" | "udp")[];
  /** The port inside the container; 0 = the same as the host port. Undefined in host mode. */
  readonly containerPort: number | undefined;
  /** The wanted host port; 0 = any. Undefined = none (container mode). */
  readonly hostPort: number | undefined;
  readonly servicePort: number;
  /** The number `PORT_<n>` is named after; 0 = the effective port. */
  readonly declaredPort: number;
}

type PortsOfApp = Pick<AppDefinition, "networks" | "container" | "portDefinitions" | "requirePorts">;

/** Every declared port of the app. */
export function endpointsOf(app: PortsOfApp): Endpoint[] {
  if (networkMode(app) === "host") {
    return (app.portDefinitions ?? []).map((definition) => ({
      name: definition.name,
      protocols: protocolsOf(definition.protocol),
      containerPort: undefined,
      hostPort: app.requirePorts ? definition.port : 0,
      servicePort: definition.port,
      declaredPort: definition.port,
    }));
  }
  return (app.container?.portMappings ?? []).map((mapping) => ({
    name: mapping.name,
    protocols: protocolsOf(mapping.protocol),
    containerPort: mapping.containerPort,
    hostPort: mapping.hostPort,
    servicePort: mapping.servicePort,
    declaredPort: mapping.containerPort,
  }));
}

function protocolsOf(protocol: "tcp" | "udp" | "udp,tcp"): readonly ("tcp" | "udp")[] {
  return protocol === "udp,tcp" ? ["tcp", "udp"] : [protocol];
}
