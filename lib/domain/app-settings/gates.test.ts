import { describe, expect, it } from "vitest";

import { isBerthError } from "#lib/core/errors.ts";

import { contradictionsIn, powersIn, powersOfFile, refuseUnfit, reservedIn, warningsFor } from "./gates.ts";
import { wholeOf } from "./resolve.ts";
import { appSettings } from "./schema.ts";

function codeOf(run: () => void): string {
  try {
    run();
    return "ok";
  } catch (error) {
    return isBerthError(error) ? error.code : "crash";
  }
}
const parameter = (key: string, value: string) => ({ parameters: [{ key, value }] });

describe("what Berth sets itself", () => {
  it.each([
    ["name", "x"],
    ["publish", "80:80"],
    ["--publish", "80:80"],
    ["net", "host"],
    ["network", "host"],
    ["memory", "1g"],
    ["env", "PORT=1"],
    ["e", "BERTH_URL=http://evil.example"],
    ["label", "berth.release=x"],
    ["restart", "always"],
  ])("is refused as Docker's --%s %s", (key, value) => {
    expect(codeOf(() => refuseUnfit(parameter(key, value), []))).toBe("app_setting_owned");
    // No allowance opens it.
    expect(codeOf(() => refuseUnfit(parameter(key, value), [`${key}=${value}`]))).toBe("app_setting_owned");
  });

  it("is refused as a label of berth. and as a port of its port's name", () => {
    expect(reservedIn({ labels: { "berth.environment": "x", team: "a" } })).toHaveLength(1);
    expect(reservedIn(appSettings.parse({ ports: [{ name: "http", containerPort: 81 }] }))).toHaveLength(1);
  });
});

describe("power over hosts", () => {
  it.each([
    ["privileged", "true"],
    ["volume", "/:/host"],
    ["v", "/var/run/docker.sock:/s"],
    ["mount", "type=bind,src=/,dst=/host"],
    ["cap-add", "SYS_ADMIN"],
    ["cap-add", "ALL"],
    ["device", "/dev/sda"],
    ["pid", "host"],
    ["ipc", "host"],
    ["uts", "host"],
    ["userns", "host"],
    ["security-opt", "apparmor=unconfined"],
    ["cgroup-parent", "/"],
    ["volumes-from", "other"],
    ["runtime", "other"],
    ["sysctl", "kernel.x=1"],
    ["gpus", "all"],
    ["group-add", "docker"],
    ["some-option-of-tomorrow", "1"],
  ])("is refused as --%s %s until exactly that is allowed", (key, value) => {
    expect(codeOf(() => refuseUnfit(parameter(key, value), []))).toBe("app_power_refused");
    expect(codeOf(() => refuseUnfit(parameter(key, value), [`${key}=${value}x`]))).toBe("app_power_refused");
    expect(codeOf(() => refuseUnfit(parameter(`--${key}`, value), [`${key}=${value}`]))).toBe("ok");
  });

  it("is refused as a file of the agents", () => {
    const settings = appSettings.parse({ fetch: [{ uri: "file:///etc/shadow" }] });
    expect(powersIn(settings, [])).toEqual([{ field: "fetch.0", power: "file:///etc/shadow" }]);
    expect(powersIn(settings, ["file:///etc/shadow"])).toEqual([]);
  });

  it.each(['true"; touch /host #', "true `id`", "$(id)", "${X:=`id`}", "$[1]", 'a\\" b'])(
    "is refused as a health check whose command the agent's own shell would read, until exactly that is allowed: %s",
    (command) => {
      const settings = appSettings.parse({ healthChecks: [{ protocol: "COMMAND", command }] });
      expect(codeOf(() => refuseUnfit(settings, []))).toBe("app_power_refused");
      expect(powersIn(settings, [])).toEqual([{ field: "healthChecks.0", power: `healthCheck=${command}` }]);
      expect(codeOf(() => refuseUnfit(settings, [`healthCheck=${command}`]))).toBe("ok");
    },
  );

  it.each(["curl -f http://localhost:$PORT0/ | grep -q 'ok' && test $? = 0", "one\ntwo"])(
    "is not in a health check whose command stays between the quotes: %s",
    (command) => {
      const settings = appSettings.parse({ healthChecks: [{ protocol: "COMMAND", command }] });
      expect(codeOf(() => refuseUnfit(settings, []))).toBe("ok");
    },
  );

  it.each([
    ["ulimit", "nofile=1024"],
    ["shm-size", "64m"],
    ["cap-add", "NET_BIND_SERVICE"],
    ["cap-drop", "ALL"],
    ["user", "1000"],
    ["env", "PORTAL=1"],
  ])("is not in --%s %s", (key, value) => {
    expect(codeOf(() => refuseUnfit(parameter(key, value), []))).toBe("ok");
  });
});

describe("what a commit's berth.json asks for", () => {
  const of = (settings: unknown, allowed: readonly string[] = []) =>
    powersOfFile(appSettings.parse(settings), allowed).map(({ power }) => power);

  it("is refused where it reaches for hosts or names at the load balancer, until exactly that is allowed", () => {
    expect(of({ network: "host" })).toEqual(["network=host"]);
    expect(of({ network: "host" }, ["network=host"])).toEqual([]);
    expect(of({ labels: { HAPROXY_0_VHOST: "shop.example.org", team: "shop" } })).toEqual(["label=HAPROXY_0_VHOST=shop.example.org"]);
    expect(of({ labels: { "traefik.http.routers.x.rule": "Host(`shop.example.org`)" } })).toHaveLength(1);
    expect(of({ ports: [{ containerPort: 81, hostPort: 80, servicePort: 443, labels: { VIP_0: "/web:80" } }] })).toEqual([
      "hostPort=80",
      "servicePort=443",
      "label=VIP_0=/web:80",
    ]);
  });

  it("is refused where agents would fetch with what they themselves may read, until exactly that is allowed", () => {
    const uri = "s3://other-team/secrets.tar.gz";
    expect(of({ fetch: [{ uri }, { uri: "https://files.example.org/tool.tar.gz" }] })).toEqual([uri]);
    expect(of({ fetch: [{ uri }] }, [uri])).toEqual([]);
  });

  it("is refused where a load balancer that asks nobody to sign in would show the environment, until that is allowed", () => {
    expect(of({ routing: { kind: "traefik-2" } })).toEqual(["routing=traefik-2"]);
    expect(of({ routing: { kind: "traefik-2" } }, ["routing=traefik-2"])).toEqual([]);
    expect(of({ routing: { kind: "none" } })).toEqual([]);
  });

  it("is the developer's where it stays in the container", () => {
    expect(of({ start: { kind: "command", command: "x" }, ports: [{ containerPort: 81 }], labels: { team: "a" }, disk: 5 })).toEqual([]);
  });
});

describe("settings that do not go together", () => {
  const check = { protocol: "TCP" as const, portIndex: 2 };

  it("are named: a check of a port that is not there, a readiness check of a name nobody has, a name twice", () => {
    const problems = (settings: unknown) => contradictionsIn(wholeOf(appSettings.parse(settings))).map(({ field }) => field);
    expect(problems({ healthChecks: [check], ports: [{ containerPort: 81 }] })).toEqual(["healthChecks.0"]);
    expect(problems({ healthChecks: [check], ports: [{ containerPort: 81 }, { containerPort: 82 }] })).toEqual([]);
    expect(problems({ readinessCheck: { path: "/", portName: "admin" } })).toEqual(["readinessCheck"]);
    expect(problems({ readinessCheck: { path: "/", portName: "admin" }, ports: [{ name: "admin" }] })).toEqual([]);
    expect(problems({ ports: [{ name: "a" }, { name: "a" }] })).toEqual(["ports"]);
    expect(problems({ requirePorts: true })).toEqual(["requirePorts"]);
    expect(problems({ requirePorts: true, network: "host" })).toEqual([]);
  });

  it("are warned of where they work, but need a second host", () => {
    expect(warningsFor(wholeOf({ network: "host", requirePorts: true }))).toHaveLength(1);
    expect(
      warningsFor(wholeOf({ network: "host", requirePorts: true, upgrade: { minimumHealthCapacity: 0, maximumOverCapacity: 0 } })),
    ).toHaveLength(0);
  });
});
