import { resolve } from "node:path";

import { z } from "zod";

import { secretWeakness } from "./crypto/secrets.ts";
import { readSignInSettings, signInEnvironment } from "./sign-in-settings.ts";

/** Every setting of Berth, read from the environment once, at the start of a process. Names are the environment's. */
const port = z.coerce.number().int().min(1).max(65_535);
const seconds = z.coerce.number().int().min(1);
const flag = z.enum(["0", "1", "true", "false"]).transform((value) => value === "1" || value === "true");
const webUrl = z.url({ protocol: /^https?$/ });
const webUrls = z
  .string()
  .transform((text) => text.split(",").map((url) => url.trim()))
  .pipe(z.array(webUrl));
/** Exact host:port, separated by commas. */
const hostList = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ""),
  )
  .pipe(z.array(z.string().regex(/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):\d{1,5}$/, "use host:port, separated by commas")));
/** user:password; the password may hold colons. */
const credentials = z
  .string()
  .regex(/^[^:]+:.+$/, "must be user:password")
  .transform((text) => ({ username: text.slice(0, text.indexOf(":")), password: text.slice(text.indexOf(":") + 1) }));

const environmentSchema = z.object({
  BERTH_HOME: z.string().min(1).default(".berth"),
  BERTH_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).default("info"),

  // Dashboard and environments, as people reach them.
  BERTH_PORT: port.default(3000),
  BERTH_HOST: z.string().default("127.0.0.1"),
  BERTH_URL: webUrl.optional(),
  BERTH_GATEWAY_PORT: port.default(4000),
  BERTH_GATEWAY_HOST: z.string().default("127.0.0.1"),
  BERTH_PREVIEW_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .default("preview.localhost"),
  BERTH_PREVIEW_URL: webUrl.optional(),

  // Parts that may be replaced by the real thing.
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  BERTH_POSTGRES_PORT: port.default(54_329),
  DOCKER_HOST: z.string().optional(),
  REGISTRY_URL: webUrl.optional(),
  REGISTRY_CREDENTIALS: credentials.optional(),
  /** What agents pull with; every task can read it. Left out: the same. */
  REGISTRY_PULL_CREDENTIALS: credentials.optional(),
  BERTH_REGISTRY_PORT: port.default(5000),
  /** The members of one cluster, separated by commas. */
  MARATHON_URL: webUrls.optional(),
  MARATHON_CREDENTIALS: credentials.optional(),
  /** A DC/OS token, instead of credentials. */
  MARATHON_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "must be a token without spaces")
    .optional(),
  /** What keeps the time of jobs in the cluster of the settings, instead of Berth; one of the two. */
  CHRONOS_URL: webUrl.optional(),
  METRONOME_URL: webUrl.optional(),
  JOB_SCHEDULER_CREDENTIALS: credentials.optional(),
  BERTH_SCHEDULER_PORT: port.default(8080),
  BERTH_TASK_ADDRESS: z.string().default("127.0.0.2"),
  BERTH_TASK_PORTS: z
    .string()
    .regex(/^\d+-\d+$/)
    .default("31000-32000"),

  // First run without a browser.
  BERTH_ADMIN_EMAIL: z.email().optional(),
  BERTH_ADMIN_PASSWORD: z.string().optional(),
  BERTH_ADMIN_TOKEN: z.string().min(20).optional(),

  // How people sign in beside the password.
  ...signInEnvironment,

  // What may be asked for.
  BERTH_GIT_ALLOW_FILE: flag.default(false),
  /** Git servers on private or loopback addresses that projects may use: exact host:port, separated by commas. All others there are refused. */
  BERTH_GIT_ALLOWED_HOSTS: hostList,
  /** Webhook receivers and forges on private or loopback addresses: exact host:port, separated by commas. All others there are refused. */
  BERTH_OUTBOUND_ALLOWED_HOSTS: hostList,
  /** smtp://user:password@host:587 or smtps://…; without it no mail is sent. Only the worker is told. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** Who mails come from: an address, or "Name <address>". */
  SMTP_FROM: z
    .string()
    .regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, "must be an e-mail address")
    .optional(),
  BERTH_BUILD_TIMEOUT_SECONDS: seconds.default(1800),
  BERTH_BUILD_CONCURRENCY: z.coerce.number().int().min(1).max(32).default(2),
  BERTH_CONTEXT_MAX_MEGABYTES: z.coerce.number().int().min(1).default(1024),
  BERTH_SYNC_SECONDS: seconds.default(60),

  // Set by the supervisor for its children.
  /** Which of the two it is, for web: it needs no address. */
  BERTH_JOB_SCHEDULER: z.enum(["apps", "chronos", "metronome"]).default("apps"),
  BERTH_PROCESS_DATABASE_URL: z.string().optional(),
  /** MARATHON_URL is Berth's own scheduler. */
  BERTH_EMBEDDED_SCHEDULER: flag.default(false),
  /** Made by the supervisor when nobody gives one. */
  BERTH_AUTH_SECRET: z
    .string()
    .superRefine((secret, context) => {
      const message = secretWeakness(secret);
      if (message !== null) context.addIssue({ code: "custom", message });
    })
    .optional(),
  /** Web's own key, for the secrets of webhooks that arrive. Made by the supervisor. */
  BERTH_WEBHOOK_KEY: z.string().min(32).optional(),
});

/** The environment of this process, for readConfig and for children that are given parts of it. The only place that looks at it. */
export function outerEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads and checks the settings. Throws an Error whose message is one sentence per wrong setting, naming the setting
 * and never its value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `The setting ${issue.path.join(".")} is not usable: ${issue.message}.`).join("\n"));
  }
  const e = parsed.data;
  const [firstPort = "31000", lastPort = "32000"] = e.BERTH_TASK_PORTS.split("-");
  return {
    home: resolve(e.BERTH_HOME),
    logLevel: e.BERTH_LOG_LEVEL,
    web: {
      host: e.BERTH_HOST,
      port: e.BERTH_PORT,
      origin: new URL(e.BERTH_URL ?? `http://localhost:${e.BERTH_PORT}`).origin,
      authSecret: e.BERTH_AUTH_SECRET,
    },
    gateway: gatewayOf(e),
    database: { adminUrl: e.DATABASE_URL, embeddedPort: e.BERTH_POSTGRES_PORT, processUrl: e.BERTH_PROCESS_DATABASE_URL },
    docker: { host: e.DOCKER_HOST },
    registry: {
      url: e.REGISTRY_URL,
      credentials: e.REGISTRY_CREDENTIALS,
      pullCredentials: e.REGISTRY_PULL_CREDENTIALS ?? e.REGISTRY_CREDENTIALS,
      embeddedPort: e.BERTH_REGISTRY_PORT,
    },
    marathon: {
      urls: e.MARATHON_URL ?? [],
      credentials: e.MARATHON_CREDENTIALS,
      token: e.MARATHON_TOKEN,
      embedded: e.BERTH_EMBEDDED_SCHEDULER,
    },
    jobScheduler: jobSchedulerOf(e),
    scheduler: {
      host: "127.0.0.1",
      port: e.BERTH_SCHEDULER_PORT,
      taskAddress: e.BERTH_TASK_ADDRESS,
      taskPorts: [Number(firstPort), Number(lastPort)] as const,
    },
    signIn: readSignInSettings(e),
    mail: mailOf(e),
    outboundAllowedHosts: e.BERTH_OUTBOUND_ALLOWED_HOSTS,
    webhookKey: e.BERTH_WEBHOOK_KEY,
    admin: { email: e.BERTH_ADMIN_EMAIL, password: e.BERTH_ADMIN_PASSWORD, token: e.BERTH_ADMIN_TOKEN },
    git: { allowFile: e.BERTH_GIT_ALLOW_FILE, allowedHosts: e.BERTH_GIT_ALLOWED_HOSTS, syncSeconds: e.BERTH_SYNC_SECONDS },
    builds: buildsOf(e),
  };
}

function gatewayOf(e: z.output<typeof environmentSchema>) {
  return {
    host: e.BERTH_GATEWAY_HOST,
    port: e.BERTH_GATEWAY_PORT,
    baseHost: e.BERTH_PREVIEW_DOMAIN,
    /** Scheme and port of environments' URLs: `<scheme>://<host><port part>`. */
    origin: new URL(e.BERTH_PREVIEW_URL ?? `http://${e.BERTH_PREVIEW_DOMAIN}:${e.BERTH_GATEWAY_PORT}`).origin,
  };
}

/** Null: no mail is sent. */
function mailOf({ SMTP_URL: url, SMTP_FROM: from }: z.output<typeof environmentSchema>) {
  return url === undefined ? null : { url, from: from ?? `Berth <berth@${new URL(url).hostname}>` };
}

function buildsOf(e: z.output<typeof environmentSchema>) {
  return {
    timeoutSeconds: e.BERTH_BUILD_TIMEOUT_SECONDS,
    concurrency: e.BERTH_BUILD_CONCURRENCY,
    contextMaxBytes: e.BERTH_CONTEXT_MAX_MEGABYTES * 1024 * 1024,
  };
}

/** Who keeps the time of jobs: Berth itself unless one of the two is named. */
function jobSchedulerOf(e: z.output<typeof environmentSchema>) {
  const credentials = e.JOB_SCHEDULER_CREDENTIALS;
  if (e.CHRONOS_URL !== undefined && e.METRONOME_URL !== undefined)
    throw new Error("The settings CHRONOS_URL and METRONOME_URL exclude each other: name the one that keeps the time of jobs.");
  if (e.CHRONOS_URL !== undefined) return { kind: "chronos", url: e.CHRONOS_URL, credentials } as const;
  if (e.METRONOME_URL !== undefined) return { kind: "metronome", url: e.METRONOME_URL, credentials } as const;
  return { kind: e.BERTH_JOB_SCHEDULER, url: null } as const;
}
