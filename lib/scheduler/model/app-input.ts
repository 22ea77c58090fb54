import { z } from "zod";

import { type FailureDetail, MarathonFailure } from "../failures.ts";
import { isRecord, withoutNulls } from "./json.ts";

/**
 * An app as a client may send it: every field optional, the words of all Marathon versions side by side. Members that are not known, and
 * those that only the server sets, are dropped. Nulls are gone before this schema looks.
 */

const strings = z.array(z.string().max(100_000)).max(1_000);
const stringMap = z.record(z.string(), z.string().max(200_000));
const wholeNumber = z.number().int().min(0);
const amount = z.number();
const port = z.number().int().min(0).max(65_535);
const protocol = z.enum(["tcp", "udp", "udp,tcp"]);
const listLimit = 100;

const portMapping = z.object({
  containerPort: port.optional(),
  hostPort: port.optional(),
  servicePort: port.optional(),
  protocol: protocol.optional(),
  name: z.string().max(255).optional(),
  labels: stringMap.optional(),
});

const docker = z.object({
  image: z.string().max(1_024).optional(),
  forcePullImage: z.boolean().optional(),
  privileged: z.boolean().optional(),
  parameters: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
  network: z.enum(["BRIDGE", "HOST", "USER", "NONE"]).optional(),
  portMappings: z.array(portMapping).max(listLimit).optional(),
});

const container = z.object({
  type: z.enum(["DOCKER", "MESOS"]).optional(),
  docker: docker.optional(),
  volumes: z.array(z.record(z.string(), z.unknown())).max(listLimit).optional(),
  portMappings: z.array(portMapping).max(listLimit).optional(),
});

const healthCheck = z.object({
  protocol: z.enum(["HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP"]).optional(),
  command: z.object({ value: z.string().min(1) }).optional(),
  path: z.string().max(2_048).optional(),
  port: port.optional(),
  portIndex: wholeNumber.optional(),
  gracePeriodSeconds: wholeNumber.optional(),
  intervalSeconds: wholeNumber.optional(),
  timeoutSeconds: wholeNumber.optional(),
  maxConsecutiveFailures: wholeNumber.optional(),
  delaySeconds: wholeNumber.optional(),
  ignoreHttp1xx: z.boolean().optional(),
  ipProtocol: z.enum(["IPv4", "IPv6"]).optional(),
});

const readinessCheck = z.object({
  name: z.string().optional(),
  protocol: z.enum(["HTTP", "HTTPS"]).optional(),
  path: z.string().max(2_048).optional(),
  portName: z.string().optional(),
  intervalSeconds: wholeNumber.optional(),
  timeoutSeconds: wholeNumber.optional(),
  httpStatusCodesForReady: z.array(z.number().int().min(100).max(999)).optional(),
  preserveLastResponse: z.boolean().optional(),
});

const inputSchema = z.object({
  id: z.string().max(4_096).optional(),
  acceptedResourceRoles: strings.optional(),
  args: strings.optional(),
  backoffFactor: amount.optional(),
  backoffSeconds: amount.optional(),
  check: z.unknown().optional(),
  cmd: z.string().max(100_000).optional(),
  constraints: z.array(z.array(z.string()).min(2).max(3)).max(listLimit).optional(),
  container: container.optional(),
  cpus: amount.optional(),
  dependencies: strings.optional(),
  disk: amount.optional(),
  env: z.record(z.string(), z.union([z.string().max(200_000), z.object({ secret: z.string() })])).optional(),
  executor: z.string().optional(),
  fetch: z
    .array(
      z.object({
        uri: z.string(),
        extract: z.boolean().optional(),
        executable: z.boolean().optional(),
        cache: z.boolean().optional(),
        destPath: z.string().optional(),
      }),
    )
    .max(listLimit)
    .optional(),
  gpus: amount.optional(),
  healthChecks: z.array(healthCheck).max(listLimit).optional(),
  instances: wholeNumber.max(100_000).optional(),
  ipAddress: z.object({ networkName: z.string().optional() }).optional(),
  killSelection: z.enum(["YOUNGEST_FIRST", "OLDEST_FIRST"]).optional(),
  labels: stringMap.optional(),
  maxLaunchDelaySeconds: amount.optional(),
  mem: amount.optional(),
  networks: z
    .array(
      z.object({
        mode: z.enum(["host", "container/bridge", "container"]).optional(),
        name: z.string().optional(),
        labels: stringMap.optional(),
      }),
    )
    .max(listLimit)
    .optional(),
  portDefinitions: z
    .array(
      z.object({
        port: port.optional(),
        protocol: protocol.optional(),
        name: z.string().max(255).optional(),
        labels: stringMap.optional(),
      }),
    )
    .max(listLimit)
    .optional(),
  ports: z.array(port).max(listLimit).optional(),
  readinessChecks: z.array(readinessCheck).max(listLimit).optional(),
  requirePorts: z.boolean().optional(),
  resourceLimits: z.unknown().optional(),
  role: z.string().optional(),
  secrets: z.record(z.string(), z.unknown()).optional(),
  taskKillGracePeriodSeconds: amount.optional(),
  tty: z.boolean().optional(),
  unreachableStrategy: z
    .union([z.literal("disabled"), z.object({ inactiveAfterSeconds: wholeNumber.optional(), expungeAfterSeconds: wholeNumber.optional() })])
    .optional(),
  upgradeStrategy: z.object({ minimumHealthCapacity: amount.optional(), maximumOverCapacity: amount.optional() }).optional(),
  uris: strings.optional(),
  user: z.string().optional(),
  version: z.string().optional(),
});

export type AppInput = z.infer<typeof inputSchema>;

/** The app somebody sent. Throws Marathon's 422 that names each member of a wrong type. */
export function parseAppInput(body: unknown): AppInput {
  if (!isRecord(body))
    throw new MarathonFailure("wrongShape", "Invalid JSON", { details: [{ path: "/", errors: ["error.expected.jsobject"] }] });
  const parsed = inputSchema.safeParse(withoutNulls(body));
  if (parsed.success) return parsed.data;
  throw new MarathonFailure("wrongShape", "Invalid JSON", { details: detailsOf(parsed.error) });
}

function detailsOf(error: z.ZodError): FailureDetail[] {
  return error.issues.slice(0, 50).map((issue) => ({ path: pathOf(issue.path), errors: [messageOf(issue)] }));
}

/** `/healthChecks(0)/path`, the way Marathon writes places. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === "number" ? `(${step})` : `/${String(step)}`)).join("") || "/";
}

const expectedNames: Readonly<Record<string, string>> = {
  string: "jsstring",
  number: "jsnumber",
  int: "jsnumber",
  boolean: "jsboolean",
  array: "jsarray",
  object: "jsobject",
  record: "jsobject",
};

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `error.expected.${expectedNames[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `error.unknown.enum.literal, possible values: ${issue.values.map(String).join(", ")}`;
  return issue.message;
}

/** Which of the known members were sent, for the rule that `version` stands alone. */
export function sentFields(input: AppInput): string[] {
  return Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => key);
}
