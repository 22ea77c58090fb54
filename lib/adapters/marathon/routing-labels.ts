import { BerthError } from "#lib/core/errors.ts";

/** How the load balancer in front of a cluster learns of an app. */
export type Routing =
  | { readonly kind: "none" }
  | { readonly kind: "marathon-lb"; readonly group?: string | undefined; readonly redirectToHttps?: boolean | undefined }
  | { readonly kind: "traefik-1"; readonly entryPoints?: readonly string[] | undefined }
  | {
      readonly kind: "traefik-2";
      readonly entryPoints?: readonly string[] | undefined;
      readonly tls?: { readonly certResolver?: string | undefined } | undefined;
    };

export interface RoutedApp {
  /** Letters, digits and dashes: names router and service. */
  readonly name: string;
  /** Host names that lead to the app, at least one. */
  readonly hosts: readonly string[];
  /** Which of the app's ports, from 0. */
  readonly portIndex: number;
}

const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const plainName = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * The labels by which marathon-lb or Traefik routes host names to an app. Throws `marathon_refused` for names that could say something else
 * to them. Labels are part of the app: another routing restarts it.
 */
export function routingLabels(routing: Routing, app: RoutedApp): Record<string, string> {
  if (routing.kind === "none") return {};
  if (app.hosts.length === 0 || !app.hosts.every((host) => hostName.test(host))) throw unfit("The host names");
  if (!plainName.test(app.name)) throw unfit("The app's name");
  switch (routing.kind) {
    case "marathon-lb":
      return haproxyLabels(routing, app);
    case "traefik-1":
      return traefikLabels(routing, app);
    case "traefik-2":
      return traefik2Labels(routing, app);
  }
}

function haproxyLabels(routing: Extract<Routing, { kind: "marathon-lb" }>, { hosts, portIndex }: RoutedApp): Record<string, string> {
  const group = routing.group ?? "external";
  if (!plainName.test(group)) throw unfit("The balancer's group");
  return {
    HAPROXY_GROUP: group,
    [`HAPROXY_${portIndex}_VHOST`]: hosts.join(","),
    [`HAPROXY_${portIndex}_MODE`]: "http",
    ...(routing.redirectToHttps === true ? { [`HAPROXY_${portIndex}_REDIRECT_TO_HTTPS`]: "true" } : {}),
  };
}

function traefikLabels(routing: Extract<Routing, { kind: "traefik-1" }>, { hosts, portIndex }: RoutedApp): Record<string, string> {
  return {
    "traefik.enable": "true",
    "traefik.portIndex": String(portIndex),
    "traefik.protocol": "http",
    "traefik.frontend.rule": `Host:${hosts.join(",")}`,
    ...(routing.entryPoints === undefined ? {} : { "traefik.frontend.entryPoints": names(routing.entryPoints) }),
  };
}

function traefik2Labels(routing: Extract<Routing, { kind: "traefik-2" }>, { name, hosts, portIndex }: RoutedApp): Record<string, string> {
  const router = `traefik.http.routers.${name}`;
  const resolver = routing.tls?.certResolver;
  if (resolver !== undefined && !plainName.test(resolver)) throw unfit("The certificate resolver");
  return {
    "traefik.enable": "true",
    [`${router}.rule`]: hosts.map((host) => `Host(\`${host}\`)`).join(" || "),
    [`${router}.service`]: name,
    ...(routing.entryPoints === undefined ? {} : { [`${router}.entrypoints`]: names(routing.entryPoints) }),
    ...(routing.tls === undefined ? {} : { [`${router}.tls`]: "true" }),
    ...(resolver === undefined ? {} : { [`${router}.tls.certresolver`]: resolver }),
    [`traefik.http.services.${name}.loadbalancer.server.port`]: `index:${portIndex}`,
  };
}

function names(list: readonly string[]): string {
  if (list.length === 0 || !list.every((name) => plainName.test(name))) throw unfit("The entry points");
  return list.join(",");
}

function unfit(what: string): BerthError {
  return new BerthError("marathon_refused", { detail: `${what} cannot be given to a load balancer: use letters, digits and dashes.` });
}
