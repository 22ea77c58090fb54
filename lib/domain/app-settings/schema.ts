import { z } from "zod";

/**
 * How an app is run, beside its image, its size and its variables. Every field may be left out: then it is inherited (from the project, from
 * berth.json, from the defaults). What Berth itself owns has no field here; see gates.ts for what parameters and labels may not say.
 */
const noControl = /^[^\p{Cc}]*$/u;
const text = (most: number) => z.string().max(most, `Use at most ${most} characters.`).regex(noControl, "Leave out control characters.");
/** A command may have several lines. */
const command = z
  .string()
  .min(1, "Write the command.")
  .max(8_192, "Use at most 8192 characters.")
  // oxlint-disable-next-line no-control-regex -- the one that ends a C string
  .regex(/^[^\u0000]*$/, "Leave out the character NUL.");
const port = z.number().int().min(0).max(65_535, "A port is at most 65535.");
const seconds = (least: number, most: number) => z.number().int().min(least).max(most);
const portName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "Use lower case letters, digits and dashes.")
  .max(63);

export const networks = ["bridge", "host"] as const;
export const portProtocols = ["tcp", "udp", "udp,tcp"] as const;
export const constraintOperators = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS"] as const;
export const checkProtocols = ["HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP"] as const;

/** The image's own command, `/bin/sh -c`, or arguments for the image's entrypoint (Mesos' `shell=false`). */
const start = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("image") }),
  z.strictObject({ kind: z.literal("command"), command }),
  z.strictObject({
    kind: z.literal("arguments"),
    arguments: z.array(z.string().max(4_096)).min(1, "Give at least one argument.").max(100, "Use at most 100 arguments."),
  }),
]);

const label = z.record(
  z
    .string()
    .min(1, "A label has a name.")
    .max(256)
    .regex(/^[^\p{Cc}\s]+$/u, "A label's name has no spaces."),
  text(4_096),
);

/** A further port, beside the one Berth publishes itself. */
const appPort = z.strictObject({
  /** Inside the container; 0 = the same as the host's. Without meaning in host mode. */
  containerPort: port.default(0),
  /** 0 = Marathon chooses. Without meaning in host mode. */
  hostPort: port.default(0),
  /** For load balancers, 0 = Marathon chooses; in host mode the number that is asked for. */
  servicePort: port.default(0),
  protocol: z.enum(portProtocols).default("tcp"),
  name: portName.nullable().default(null),
  labels: label.refine((labels) => Object.keys(labels).length <= 20, "Use at most 20 labels.").default({}),
});

const artifact = z.strictObject({
  uri: z
    .string()
    .trim()
    .min(1, "Give the address.")
    .max(1_024)
    .regex(/^(?:https?|ftps?|hdfs|s3[an]?|file):\/\/[\x21-\x7e]+$/, "Use an address such as https://files.example.org/tool.tar.gz.")
    .refine(
      (uri) => !/^[a-z0-9]+:\/\/[^/?#]*@/.test(uri),
      "Leave credentials out of the address: everybody who sees the app would see them.",
    ),
  extract: z.boolean().default(true),
  executable: z.boolean().default(false),
  cache: z.boolean().default(false),
  destPath: z
    .string()
    .max(255)
    .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\p{Cc}\\]+$/u, "Use a path below the sandbox.")
    .nullable()
    .default(null),
});

const constraint = z
  .strictObject({
    field: z.string().regex(/^[@A-Za-z0-9_.-]{1,64}$/, "Use hostname, @zone, @region or the name of an attribute."),
    operator: z.enum(constraintOperators),
    value: text(255).nullable().default(null),
  })
  .refine(({ operator, value }) => operator !== "UNIQUE" || value === null || value === "", {
    path: ["value"],
    message: "UNIQUE has no value.",
  })
  .refine(({ operator, value }) => !["LIKE", "UNLIKE", "IS"].includes(operator) || (value !== null && value !== ""), {
    path: ["value"],
    message: "It needs a value.",
  })
  .refine(({ operator, value }) => operator !== "MAX_PER" || /^\d{1,6}$/.test(value ?? ""), {
    path: ["value"],
    message: "It needs a number.",
  })
  .transform(({ value, ...rest }) => ({ ...rest, value: value === "" ? null : value }));

const timing = {
  intervalSeconds: seconds(1, 3_600),
  timeoutSeconds: seconds(1, 3_600),
  maxConsecutiveFailures: z.number().int().min(0).max(1_000),
};
const httpPath = z
  .string()
  .max(512)
  .regex(/^\/[\x21-\x7e]*$/, "A path begins with a slash, e.g. /healthz.");

/** A check of Marathon's or the agents', beside the one by which Berth decides that a release is up. */
const healthCheck = z
  .strictObject({
    protocol: z.enum(checkProtocols),
    path: httpPath.nullable().default(null),
    /** Which port, counted from 0, the app's own first. */
    portIndex: z.number().int().min(0).max(20).default(0),
    command: command.nullable().default(null),
    intervalSeconds: timing.intervalSeconds.default(60),
    timeoutSeconds: timing.timeoutSeconds.default(20),
    gracePeriodSeconds: seconds(0, 86_400).default(300),
    maxConsecutiveFailures: timing.maxConsecutiveFailures.default(3),
  })
  .refine(({ protocol, command: line }) => protocol !== "COMMAND" || line !== null, { path: ["command"], message: "Write the command." });

const readinessCheck = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,63}$/, "Use letters, digits and dashes.")
    .default("ready"),
  protocol: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
  path: httpPath,
  /** The app's own port is called http. */
  portName: portName.default("http"),
  intervalSeconds: seconds(1, 3_600).default(30),
  timeoutSeconds: seconds(1, 3_600).default(10),
  readyStatuses: z.array(z.number().int().min(100).max(599)).min(1, "Name at least one status.").max(20).default([200]),
});

const plainName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "Use letters, digits and dashes.");
const entryPoints = z.array(plainName).min(1).max(10).optional();
/** How the load balancer in front of the cluster learns of an environment. */
const routing = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("marathon-lb"), group: plainName.optional(), redirectToHttps: z.boolean().optional() }),
  z.strictObject({ kind: z.literal("traefik-1"), entryPoints }),
  z.strictObject({
    kind: z.literal("traefik-2"),
    entryPoints,
    tls: z.strictObject({ certResolver: plainName.optional() }).optional(),
  }),
]);

const fraction = z.number().min(0).max(1, "Use a share between 0 and 1.");
const parameter = z.strictObject({
  key: z.string().regex(/^-{0,2}[A-Za-z][A-Za-z0-9-]{0,63}$/, "Use the name of an option of docker run, e.g. ulimit."),
  value: text(4_096),
});

const fields = {
  /** MiB. */
  disk: z.number().int().min(0).max(1_048_576),
  start,
  network: z.enum(networks),
  /** Host mode: the app's own port is that of the host, so one instance per host. Otherwise Marathon chooses and says it in $PORT. */
  requirePorts: z.boolean(),
  ports: z.array(appPort).max(20, "Use at most 20 further ports."),
  /** Given to `docker run` as `--key=value`. */
  parameters: z.array(parameter).max(50, "Use at most 50 parameters."),
  forcePull: z.boolean(),
  fetch: z.array(artifact).max(20, "Use at most 20 artifacts."),
  constraints: z.array(constraint).max(20, "Use at most 20 constraints."),
  /** Of Berth's own check: GET of the project's health path on the app's port. No grace period: the project's time to become healthy. */
  health: z.strictObject({ ...timing, gracePeriodSeconds: seconds(0, 86_400).nullable() }),
  healthChecks: z.array(healthCheck).max(5, "Use at most five further checks."),
  readinessCheck: readinessCheck.nullable(),
  upgrade: z.strictObject({ minimumHealthCapacity: fraction, maximumOverCapacity: fraction }),
  /** From SIGTERM to SIGKILL. */
  killGraceSeconds: seconds(0, 3_600),
  /** Before a crashing app is tried again. Null: Marathon's own. */
  backoff: z
    .strictObject({
      seconds: z.number().min(0).max(86_400),
      factor: z.number().min(1).max(100),
      maxSeconds: z.number().min(0).max(604_800),
    })
    .nullable(),
  labels: label.refine((labels) => Object.keys(labels).length <= 100, "Use at most 100 labels."),
  routing,
};

/** One layer of settings. */
export const appSettings = z.strictObject(fields).partial();
export type AppSettings = z.output<typeof appSettings>;
export type AppSettingsInput = z.input<typeof appSettings>;

/** Every field with its value. */
export const wholeAppSettings = z.strictObject(fields);
export type WholeAppSettings = z.output<typeof wholeAppSettings>;

export type AppSettingName = keyof WholeAppSettings;
export const appSettingNames = wholeAppSettings.keyof().options;

/** A stage's size. Each stage has one: it is inherited from nowhere. */
export const stageSize = z.strictObject({
  instances: z.number().int().min(1).max(50),
  cpus: z.number().min(0.01).max(64),
  mem: z.number().int().min(16).max(262_144),
});
export type StageSize = z.output<typeof stageSize>;
const partialSize = stageSize.partial();
export type PartialSize = z.output<typeof partialSize>;

const project = z.string().min(1).max(64);
const stageName = z.string().min(1).max(64).optional();

export const setAppSettingsInput = z.strictObject({
  project,
  /** The name of a stage; without it the project's own layer is meant. */
  stage: stageName,
  /** What is set in that layer; what is not named stays as it is. */
  set: appSettings.default({}),
  /** What is inherited again. */
  unset: z.array(z.enum(appSettingNames)).max(appSettingNames.length).default([]),
  /** Of a stage only. */
  size: partialSize.optional(),
});

export const allowPowersInput = z.strictObject({
  project,
  /** All that is allowed from now on: `key=value` of parameters, and addresses of artifacts. */
  powers: z.array(text(4_200).min(1)).max(50, "Use at most 50 entries."),
  reason: text(500).min(3, "Say why."),
});

export const importAppInput = z.strictObject({
  project,
  stage: stageName,
  /** What people send to /v2/apps. */
  json: z.string().min(1, "Paste the app’s JSON.").max(1_048_576, "That is more than a megabyte; one app is far less."),
});

/** Something of pasted JSON that Berth leaves out, or that is wrong with it. */
export interface LeftOut {
  /** From 1; null where no line is meant. */
  readonly line: number | null;
  readonly what: string;
  readonly why: string;
}
