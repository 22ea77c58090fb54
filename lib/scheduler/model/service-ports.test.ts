import { describe, expect, it } from "vitest";

import { withDefaults } from "./defaults.ts";
import { endpointsOf } from "./endpoints.ts";
import { assignServicePorts } from "./service-ports.ts";

function app(...ports: number[]) {
  return withDefaults("/a", {
    networks: [{ mode: "container/bridge" }],
    container: { docker: { image: "x" }, portMappings: ports.map((servicePort) => ({ containerPort: 80, servicePort })) },
  });
}

describe("service ports", () => {
  it.each([
    { asked: [0, 0], before: [], taken: [10, 12], got: [11, 13] },
    { asked: [0, 0], before: [15, 16], taken: [10], got: [15, 16] },
    { asked: [11, 0], before: [11, 12], taken: [], got: [11, 12] },
    { asked: [0], before: [12], taken: [12], got: [10] },
    { asked: [50], before: [], taken: [], got: [50] },
  ])("asked as $asked after $before with $taken taken are $got", ({ asked, before, taken, got }) => {
    const assigned = assignServicePorts(app(...asked), before.length === 0 ? undefined : app(...before), new Set(taken), [10, 20]);
    expect(endpointsOf(assigned).map((endpoint) => endpoint.servicePort)).toEqual(got);
  });

  it("that belong to another app are refused, and a used-up range too", () => {
    expect(() => assignServicePorts(app(12), undefined, new Set([12]), [10, 20])).toThrow("Object is not valid");
    expect(() => assignServicePorts(app(0), undefined, new Set([10]), [10, 10])).toThrow("No free service port");
  });
});
