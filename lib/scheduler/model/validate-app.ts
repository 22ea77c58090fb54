import { type FailureDetail, MarathonFailure, notValid } from "../failures.ts";
import { type AppDefinition, networkMode } from "./app.ts";
import { constraintProblems } from "./constraints.ts";
import { type UnversionedApp } from "./defaults.ts";
import { type AppUpdate } from "./dialect.ts";
import { readParameters } from "./docker-parameters.ts";
import { endpointsOf } from "./endpoints.ts";
import { memoryBytes } from "./memory.ts";
import { problemsWithAppId } from "./path-id.ts";
import { type AllowedVolume, volumeProblems } from "./volumes.ts";

export interface AppRules {
  /** Whether apps with `cmd` but no image have an image to run in. */
  readonly hasCommandImage: boolean;
  readonly volumes: readonly AllowedVolume[];
  readonly pidsLimit: number;
}

/** Refuses, before anything else, what this scheduler cannot honour however the rest of the app looks. */
export function refuseUnsupported(update: AppUpdate): void {
  const usesSecret = Object.values(update.env ?? {}).some((value) => typeof value !== "string");
  if (usesSecret || Object.keys(update.secrets ?? {}).length > 0) {
    throw new MarathonFailure("illegal", "Feature secrets is not enabled. Enable with --enable_features secrets)");
  }
}

/** Checks a whole app against Marathon's rules and this scheduler's own. Throws 422 with every problem found. */
export function validateApp(app: UnversionedApp, rules: AppRules): void {
  const details = [
    ...at("/id", problemsWithAppId(app.id)),
    ...launchProblems(app, rules),
    ...amountProblems(app),
    ...containerProblems(app, rules),
    ...fetchProblems(app),
    ...networkProblems(app),
    ...checkProblems(app),
    ...upgradeProblems(app),
    ...unreachableProblems(app),
    ...environmentProblems(app),
    ...dependencyProblems(app),
  ];
  if (details.length > 0) throw notValid(details);
}

function at(path: string, errors: readonly string[]): FailureDetail[] {
  return errors.length === 0 ? [] : [{ path, errors }];
}

function unless(fine: boolean, path: string, error: string): FailureDetail[] {
  return fine ? [] : [{ path, errors: [error] }];
}

function launchProblems(app: UnversionedApp, rules: AppRules): FailureDetail[] {
  const both = app.cmd !== undefined && app.args !== undefined;
  const neither = app.cmd === undefined && app.args === undefined && app.container?.docker === undefined;
  const hasImage = app.container?.docker !== undefined;
  return [
    ...unless(!both && !neither, "/", "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."),
    ...unless(app.cmd === undefined || app.cmd.length > 1, "/cmd", "must not be an empty string"),
    ...unless(
      neither || hasImage || rules.hasCommandImage,
      "/container",
      "this scheduler runs Docker images only: give container.docker.image (it has no base image for commands without one)",
    ),
  ];
}

function amountProblems(app: UnversionedApp): FailureDetail[] {
  return [
    ...unless(app.cpus >= 0.001, "/cpus", "error.min, 0.001"),
    ...unless(app.mem >= 0, "/mem", "error.min, 0"),
    ...unless(app.disk >= 0, "/disk", "error.min, 0"),
    ...unless(app.gpus >= 0, "/gpus", "error.min, 0"),
    ...unless(app.gpus === 0, "/gpus", "Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)"),
    ...unless(app.backoffSeconds >= 0, "/backoffSeconds", "error.min, 0"),
    ...unless(app.backoffFactor >= 1, "/backoffFactor", "error.min, 1"),
    ...unless(app.maxLaunchDelaySeconds >= 0, "/maxLaunchDelaySeconds", "error.min, 0"),
    ...unless((app.taskKillGracePeriodSeconds ?? 0) >= 0, "/taskKillGracePeriodSeconds", "error.min, 0"),
    ...unless((app.taskKillGracePeriodSeconds ?? 0) <= 86_400, "/taskKillGracePeriodSeconds", "error.max, 86400"),
  ];
}

function containerProblems(app: UnversionedApp, rules: AppRules): FailureDetail[] {
  const docker = app.container?.docker;
  const limits = { memory: memoryBytes(app), pids: rules.pidsLimit };
  return [
    ...unless(docker === undefined || docker.image !== "", "/container/docker/image", "must not be empty"),
    ...unless(docker === undefined || !/[\s\p{Cc}]/u.test(docker.image), "/container/docker/image", "must not contain white space"),
    ...unless(docker?.privileged !== true, "/container/docker/privileged", "privileged containers are not allowed on this scheduler"),
    ...at("/container/docker/parameters", readParameters(docker?.parameters ?? [], limits).problems),
    ...volumeProblems(app.container?.volumes ?? [], rules.volumes),
    ...unless(app.container === undefined || app.container.type !== "DOCKER" || docker !== undefined, "/container/docker", "not defined"),
  ];
}

function networkProblems(app: UnversionedApp): FailureDetail[] {
  const mode = networkMode(app);
  const names = endpointsOf(app).flatMap((endpoint) => (endpoint.name === undefined ? [] : [endpoint.name]));
  const mappings = app.container?.portMappings;
  const servicePorts = endpointsOf(app)
    .map((endpoint) => endpoint.servicePort)
    .filter((port) => port !== 0);
  return [
    ...unless(
      app.networks.every((network) => network.mode === mode),
      "/networks",
      "may not mix host, container/bridge and container networks",
    ),
    ...unless(app.networks.length === 1, "/networks", "may only specify a single network"),
    ...unless(
      mode === "container" || app.networks.every((network) => network.name === undefined),
      "/networks",
      "name is only allowed with mode container",
    ),
    ...unless(mode !== "host" || mappings === undefined, "/container/portMappings", "portMappings are not allowed with host-networking"),
    ...unless(
      mode === "host" || app.portDefinitions === undefined,
      "/portDefinitions",
      "portDefinitions are only allowed with host-networking",
    ),
    ...unless(
      new Set(names).size === names.length,
      mode === "host" ? "/portDefinitions" : "/container/portMappings",
      "Port names must be unique.",
    ),
    ...unless(new Set(servicePorts).size === servicePorts.length, "/servicePorts", "Service ports must be unique."),
    ...names.flatMap((name) => unless(/^[a-z0-9-]{1,63}$/i.test(name), "/portDefinitions", `invalid port name ${name.slice(0, 80)}`)),
  ];
}

function checkProblems(app: UnversionedApp): FailureDetail[] {
  const endpoints = endpointsOf(app);
  const checks = app.healthChecks ?? [];
  const readiness = app.readinessChecks ?? [];
  const mesosLevel = checks.filter((check) => check.protocol.startsWith("MESOS_")).length;
  const indexFine = checks.every(
    (check) => check.port !== undefined || check.portIndex === undefined || check.portIndex < endpoints.length,
  );
  return [
    ...unless(
      indexFine,
      "/healthChecks",
      "Health check port indices must address an element of the ports array or container port mappings.",
    ),
    ...unless(mesosLevel <= 1, "/healthChecks", "AppDefinition can contain at most one Mesos health check"),
    ...checks.flatMap((check, index) =>
      unless(
        check.protocol !== "COMMAND" || check.command !== undefined,
        `/healthChecks(${index})/command`,
        "must be defined for COMMAND checks",
      ),
    ),
    ...unless(readiness.length <= 1, "/readinessChecks", "may not have more than one readiness check"),
    ...readiness.flatMap((check, index) => [
      ...unless(
        endpoints.some((endpoint) => endpoint.name === check.portName),
        `/readinessChecks(${index})/portName`,
        `No port definition reference for portName ${check.portName}`,
      ),
      ...unless(
        check.timeoutSeconds < check.intervalSeconds,
        `/readinessChecks(${index})/timeoutSeconds`,
        "must be less than intervalSeconds",
      ),
    ]),
  ];
}

function unreachableProblems({ unreachableStrategy: strategy }: UnversionedApp): FailureDetail[] {
  const fine = strategy === "disabled" || strategy.inactiveAfterSeconds <= strategy.expungeAfterSeconds;
  return unless(fine, "/unreachableStrategy/inactiveAfterSeconds", "inactiveAfterSeconds must be less or equal to expungeAfterSeconds");
}

function upgradeProblems(app: UnversionedApp): FailureDetail[] {
  const { minimumHealthCapacity, maximumOverCapacity } = app.upgradeStrategy;
  const range = (value: number): string[] => (value < 0 ? ["is less than 0"] : value > 1 ? ["is greater than 1"] : []);
  const single = app.labels["MARATHON_SINGLE_INSTANCE_APP"] === "true";
  return [
    ...at("/upgradeStrategy/minimumHealthCapacity", range(minimumHealthCapacity)),
    ...at("/upgradeStrategy/maximumOverCapacity", range(maximumOverCapacity)),
    ...unless(!single || app.instances <= 1, "/instances", "Single instance apps may only have one instance"),
    ...unless(
      !single || (minimumHealthCapacity === 0 && maximumOverCapacity === 0),
      "/upgradeStrategy",
      "Single instance apps must have an upgrade strategy of minimumHealthCapacity 0 and maximumOverCapacity 0",
    ),
  ];
}

/** Addresses of what to fetch: a scheme this scheduler knows, and a place within the sandbox. */
function fetchProblems(app: UnversionedApp): FailureDetail[] {
  return (app.fetch ?? []).flatMap(({ uri, destPath }, index) => [
    ...unless(uri.length > 0 && uri.length <= 1_024, `/fetch(${index})/uri`, "must have 1 to 1024 characters"),
    ...unless(
      !/^[a-z][a-z0-9+.-]*:/i.test(uri) || /^(https?|file):/i.test(uri),
      `/fetch(${index})/uri`,
      "this scheduler fetches http:, https: and file: only",
    ),
    ...unless(
      destPath === undefined || (!destPath.startsWith("/") && !destPath.split("/").includes("..") && destPath !== ""),
      `/fetch(${index})/destPath`,
      "must be a path within the sandbox",
    ),
  ]);
}

function environmentProblems(app: UnversionedApp): FailureDetail[] {
  const size = Object.entries(app.env ?? {}).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const named = Object.keys(app.env ?? {}).every((name) => name !== "" && !name.includes("="));
  return [
    ...unless(named, "/env", "names must not be empty and must not contain '='"),
    ...unless(size <= 256 * 1024, "/env", "must not be larger than 256 KiB"),
    ...(app.constraints ?? []).flatMap((constraint, index) => at(`/constraints(${index})`, constraintProblems(constraint))),
  ];
}

function dependencyProblems(app: Pick<AppDefinition, "id" | "dependencies">): FailureDetail[] {
  return unless(!(app.dependencies ?? []).includes(app.id), "/dependencies", "Dependency graph has cyclic dependencies.");
}
