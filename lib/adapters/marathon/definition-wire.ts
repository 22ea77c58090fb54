import { z } from "zod";

import { healthProtocols } from "./definition.ts";

/**
 * An app as people and servers of every version write it, as far as an AppDefinition can say it. Loose: what is not named here is looked at
 * by `remainderOf`. Unlike wire.ts it is strict about what it names, for its problems are shown to whoever wrote the JSON.
 */
const portNumber = z.number().int().min(0).max(65_535);
const positive = z.number().int().min(1);
const stringMap = z.record(z.string(), z.string());
const portName = z
  .string()
  .regex(/^[a-z0-9-]*$/, "use lower case letters, digits and dashes")
  .max(63);

const mapping = z.looseObject({
  containerPort: portNumber.nullish(),
  hostPort: portNumber.nullish(),
  servicePort: portNumber.nullish(),
  protocol: z.enum(["tcp", "udp", "udp,tcp"]).nullish(),
  name: portName.nullish(),
  labels: stringMap.nullish(),
});
export type WireMapping = z.infer<typeof mapping>;

const portDefinition = z.looseObject({
  port: portNumber.nullish(),
  protocol: z.enum(["tcp", "udp", "udp,tcp"]).nullish(),
  name: portName.nullish(),
  labels: stringMap.nullish(),
});

const container = z.looseObject({
  type: z.string().nullish(),
  docker: z
    .looseObject({
      image: z.string().min(1),
      network: z.enum(["HOST", "BRIDGE", "USER", "NONE"]).nullish(),
      portMappings: z.array(mapping).nullish(),
      parameters: z.array(z.looseObject({ key: z.string().min(1), value: z.string() })).nullish(),
      forcePullImage: z.boolean().nullish(),
    })
    .nullish(),
  portMappings: z.array(mapping).nullish(),
});

const healthCheck = z.looseObject({
  protocol: z.enum(healthProtocols).nullish(),
  path: z.string().nullish(),
  portIndex: z.number().int().min(0).nullish(),
  port: portNumber.nullish(),
  command: z.looseObject({ value: z.string().min(1) }).nullish(),
  intervalSeconds: positive.nullish(),
  timeoutSeconds: positive.nullish(),
  gracePeriodSeconds: z.number().int().min(0).nullish(),
  maxConsecutiveFailures: z.number().int().min(0).nullish(),
});
export type WireHealthCheck = z.infer<typeof healthCheck>;

const readinessCheck = z.looseObject({
  name: z.string().nullish(),
  protocol: z.enum(["HTTP", "HTTPS"]).nullish(),
  path: z.string().nullish(),
  portName: z.string().nullish(),
  intervalSeconds: positive.nullish(),
  timeoutSeconds: positive.nullish(),
  httpStatusCodesForReady: z.array(z.number().int().min(100).max(599)).nullish(),
});
export type WireReadinessCheck = z.infer<typeof readinessCheck>;

const operator = z.enum(["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS"]);
const capacity = z.number().min(0).max(1);

export const appJsonSchema = z.looseObject({
  id: z.string().min(1).max(1000),
  cmd: z.string().min(1).nullish(),
  args: z.array(z.string()).nullish(),
  instances: z.number().int().min(0).nullish(),
  cpus: z.number().min(0).nullish(),
  mem: z.number().min(0).nullish(),
  disk: z.number().min(0).nullish(),
  env: z.record(z.string(), z.unknown()).nullish(),
  labels: stringMap.nullish(),
  container: container.nullish(),
  networks: z.array(z.looseObject({ mode: z.enum(["host", "container/bridge", "container"]).nullish() })).nullish(),
  ports: z.array(portNumber).nullish(),
  portDefinitions: z.array(portDefinition).nullish(),
  requirePorts: z.boolean().nullish(),
  uris: z.array(z.string().min(1)).nullish(),
  fetch: z
    .array(
      z.looseObject({
        uri: z.string().min(1).max(1024),
        extract: z.boolean().nullish(),
        executable: z.boolean().nullish(),
        cache: z.boolean().nullish(),
        destPath: z.string().nullish(),
      }),
    )
    .nullish(),
  constraints: z
    .array(
      z.union(
        [z.tuple([z.string(), operator]), z.tuple([z.string(), operator, z.string()])],
        "must be [field, operator] or [field, operator, value]",
      ),
    )
    .nullish(),
  healthChecks: z.array(healthCheck).nullish(),
  readinessChecks: z.array(readinessCheck).max(1, "an app has at most one readiness check").nullish(),
  upgradeStrategy: z.looseObject({ minimumHealthCapacity: capacity.nullish(), maximumOverCapacity: capacity.nullish() }).nullish(),
  taskKillGracePeriodSeconds: z.number().int().min(0).nullish(),
  backoffSeconds: z.number().min(0).nullish(),
  backoffFactor: z.number().min(1).nullish(),
  maxLaunchDelaySeconds: z.number().min(0).nullish(),
});
export type WireAppJson = z.infer<typeof appJsonSchema>;
