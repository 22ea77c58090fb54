import { MarathonFailure, notValid } from "../failures.ts";
import { type UnversionedApp } from "./defaults.ts";
import { endpointsOf } from "./endpoints.ts";

/** Whether a service port belongs to another app. */
interface TakenPorts {
  has(port: number): boolean;
}

/**
 * Fills in service ports that were asked for as 0: first the app's own earlier ones, then the lowest free of the range. `taken` are the
 * service ports of all other apps. Throws when the range is used up, or when a port that was asked for belongs to another app.
 */
export function assignServicePorts<App extends UnversionedApp>(
  app: App,
  previous: UnversionedApp | undefined,
  taken: TakenPorts,
  range: readonly [number, number],
): App {
  const endpoints = endpointsOf(app);
  const asked = endpoints.map((endpoint) => endpoint.servicePort).filter((port) => port !== 0);
  const clash = asked.find((port) => taken.has(port));
  if (clash !== undefined) throw notValid([{ path: "/servicePorts", errors: [`Requested service port ${clash} is used by another app`] }]);
  const own = new Set(asked);
  const isUsed = (port: number): boolean => own.has(port) || taken.has(port);
  const earlier = (previous === undefined ? [] : endpointsOf(previous)).map((endpoint) => endpoint.servicePort);
  const reusable = earlier.filter((port) => port !== 0 && !isUsed(port));
  const assigned = endpoints.map((endpoint) => {
    if (endpoint.servicePort !== 0) return endpoint.servicePort;
    const port = reusable.shift() ?? lowestFree(isUsed, range);
    own.add(port);
    return port;
  });
  return withServicePorts(app, assigned);
}

function lowestFree(isUsed: (port: number) => boolean, [first, last]: readonly [number, number]): number {
  for (let port = first; port <= last; port += 1) if (!isUsed(port)) return port;
  throw new MarathonFailure("unavailable", `No free service port is left in the range ${first} to ${last}`);
}

function withServicePorts<App extends UnversionedApp>(app: App, ports: readonly number[]): App {
  const definitions = app.portDefinitions?.map((definition, index) => ({ ...definition, port: ports[index] ?? definition.port }));
  const mappings = app.container?.portMappings?.map((mapping, index) => ({ ...mapping, servicePort: ports[index] ?? mapping.servicePort }));
  return {
    ...app,
    ...(definitions === undefined ? {} : { portDefinitions: definitions }),
    ...(app.container === undefined || mappings === undefined ? {} : { container: { ...app.container, portMappings: mappings } }),
  };
}
