import { z } from "zod";

/**
 * An app in the canonical form of Marathon 1.5 and later: what is stored and what is answered. Every scalar with a default is present;
 * the fields Marathon leaves out when empty are optional.
 */

const stringMap = z.record(z.string(), z.string());
const wholeNumber = z.number().int().min(0);
const protocol = z.enum(["tcp", "udp", "udp,tcp"]);

const portMapping = z.object({
  containerPort: wholeNumber,
  hostPort: wholeNumber.optional(),
  servicePort: wholeNumber,
  protocol,
  name: z.string().optional(),
  labels: stringMap,
});

const portDefinition = z.object({ port: wholeNumber, protocol, name: z.string().optional(), labels: stringMap });

const container = z.object({
  type: z.enum(["DOCKER", "MESOS"]),
  docker: z
    .object({
      image: z.string(),
      forcePullImage: z.boolean(),
      privileged: z.boolean(),
      parameters: z.array(z.object({ key: z.string(), value: z.string() })),
    })
    .optional(),
  volumes: z.array(z.record(z.string(), z.unknown())),
  portMappings: z.array(portMapping).optional(),
});

const network = z.object({
  mode: z.enum(["host", "container/bridge", "container"]),
  name: z.string().optional(),
  labels: stringMap.optional(),
});

const healthCheck = z.object({
  protocol: z.enum(["HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP"]),
  command: z.object({ value: z.string() }).optional(),
  path: z.string().optional(),
  port: wholeNumber.optional(),
  portIndex: wholeNumber.optional(),
  gracePeriodSeconds: wholeNumber,
  intervalSeconds: wholeNumber,
  timeoutSeconds: wholeNumber,
  maxConsecutiveFailures: wholeNumber,
  delaySeconds: wholeNumber,
  ignoreHttp1xx: z.boolean().optional(),
  ipProtocol: z.enum(["IPv4", "IPv6"]).optional(),
});

const readinessCheck = z.object({
  name: z.string(),
  protocol: z.enum(["HTTP", "HTTPS"]),
  path: z.string(),
  portName: z.string(),
  intervalSeconds: wholeNumber,
  timeoutSeconds: wholeNumber,
  httpStatusCodesForReady: z.array(z.number().int()),
  preserveLastResponse: z.boolean(),
});

export const appSchema = z.object({
  id: z.string(),
  acceptedResourceRoles: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  backoffFactor: z.number(),
  backoffSeconds: z.number(),
  cmd: z.string().optional(),
  constraints: z.array(z.array(z.string())).optional(),
  container: container.optional(),
  cpus: z.number(),
  dependencies: z.array(z.string()).optional(),
  disk: z.number(),
  env: z.record(z.string(), z.string()).optional(),
  executor: z.string(),
  fetch: z
    .array(
      z.object({ uri: z.string(), extract: z.boolean(), executable: z.boolean(), cache: z.boolean(), destPath: z.string().optional() }),
    )
    .optional(),
  gpus: z.number(),
  healthChecks: z.array(healthCheck).optional(),
  instances: wholeNumber,
  killSelection: z.enum(["YOUNGEST_FIRST", "OLDEST_FIRST"]),
  labels: stringMap,
  maxLaunchDelaySeconds: z.number(),
  mem: z.number(),
  networks: z.array(network),
  portDefinitions: z.array(portDefinition).optional(),
  readinessChecks: z.array(readinessCheck).optional(),
  requirePorts: z.boolean(),
  role: z.string(),
  taskKillGracePeriodSeconds: z.number().optional(),
  tty: z.boolean().optional(),
  unreachableStrategy: z.union([z.literal("disabled"), z.object({ inactiveAfterSeconds: wholeNumber, expungeAfterSeconds: wholeNumber })]),
  upgradeStrategy: z.object({ minimumHealthCapacity: z.number(), maximumOverCapacity: z.number() }),
  user: z.string().optional(),
  version: z.string(),
  versionInfo: z.object({ lastScalingAt: z.string(), lastConfigChangeAt: z.string() }),
});

export type AppDefinition = z.infer<typeof appSchema>;
export type HealthCheck = z.infer<typeof healthCheck>;
export type ReadinessCheck = z.infer<typeof readinessCheck>;
export type PortMapping = z.infer<typeof portMapping>;
export type NetworkMode = AppDefinition["networks"][number]["mode"];

export function networkMode(app: Pick<AppDefinition, "networks">): NetworkMode {
  return app.networks[0]?.mode ?? "host";
}
