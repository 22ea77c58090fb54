import { describe, expect, it } from "vitest";

import { type Routing, routingLabels } from "./routing-labels.ts";

const app = { name: "issue-1--shop", hosts: ["issue-1--shop.preview.example.org"], portIndex: 0 };
const two = { ...app, hosts: ["a.example.org", "b.example.org"], portIndex: 1 };

describe("the labels a load balancer reads", () => {
  it.each([
    [{ kind: "none" }, app, {}],
    [
      { kind: "marathon-lb" },
      app,
      { HAPROXY_GROUP: "external", HAPROXY_0_VHOST: "issue-1--shop.preview.example.org", HAPROXY_0_MODE: "http" },
    ],
    [
      { kind: "marathon-lb", group: "inner", redirectToHttps: true },
      two,
      {
        HAPROXY_GROUP: "inner",
        HAPROXY_1_VHOST: "a.example.org,b.example.org",
        HAPROXY_1_MODE: "http",
        HAPROXY_1_REDIRECT_TO_HTTPS: "true",
      },
    ],
    [
      { kind: "traefik-1", entryPoints: ["http", "https"] },
      two,
      {
        "traefik.enable": "true",
        "traefik.portIndex": "1",
        "traefik.protocol": "http",
        "traefik.frontend.rule": "Host:a.example.org,b.example.org",
        "traefik.frontend.entryPoints": "http,https",
      },
    ],
    [
      { kind: "traefik-2", entryPoints: ["websecure"], tls: { certResolver: "le" } },
      two,
      {
        "traefik.enable": "true",
        "traefik.http.routers.issue-1--shop.rule": "Host(`a.example.org`) || Host(`b.example.org`)",
        "traefik.http.routers.issue-1--shop.service": "issue-1--shop",
        "traefik.http.routers.issue-1--shop.entrypoints": "websecure",
        "traefik.http.routers.issue-1--shop.tls": "true",
        "traefik.http.routers.issue-1--shop.tls.certresolver": "le",
        "traefik.http.services.issue-1--shop.loadbalancer.server.port": "index:1",
      },
    ],
  ] satisfies [Routing, typeof app, Record<string, string>][])("%j", (routing, routed, labels) => {
    expect(routingLabels(routing, routed)).toEqual(labels);
  });

  it.each([
    [{ kind: "traefik-2" }, { ...app, hosts: ["a`) || PathPrefix(`/"] }],
    [{ kind: "traefik-1" }, { ...app, hosts: ["a.example;PathPrefix:/"] }],
    [{ kind: "marathon-lb" }, { ...app, hosts: [] }],
    [{ kind: "marathon-lb", group: "a,b" }, app],
    [{ kind: "traefik-2" }, { ...app, name: "x.rule" }],
    [{ kind: "traefik-1", entryPoints: ["http,admin"] }, app],
    [{ kind: "traefik-2", tls: { certResolver: "a b" } }, app],
  ] satisfies [Routing, typeof app][])("are refused where a name would say something else: %j", (routing, routed) => {
    expect(() => routingLabels(routing, routed)).toThrowError(expect.objectContaining({ code: "marathon_refused" }));
  });
});
