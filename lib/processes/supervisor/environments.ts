import type { Config } from "#lib/platform/config.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";

/** What the supervisor has found out and made, and which processes are told of it. */
export interface Facts {
  readonly config: Config;
  /** The supervisor's own environment: only listed names are taken from it. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly databaseUrls: Readonly<Record<ProcessRole, string>>;
  readonly authSecret: string;
  readonly webhookKey: string;
  readonly marathon: { readonly urls: string; readonly credentials: string | undefined };
  readonly dockerHost: string;
  readonly registryUrl: string | undefined;
}

/** Every process gets these, and nothing that is not listed here or below. */
const everywhere = ["PATH", "HOME", "TZ", "LANG", "LC_ALL", "NODE_EXTRA_CA_CERTS", "BERTH_LOG_LEVEL"];
const addresses = [
  "BERTH_URL",
  "BERTH_PORT",
  "BERTH_HOST",
  "BERTH_GATEWAY_PORT",
  "BERTH_GATEWAY_HOST",
  "BERTH_PREVIEW_DOMAIN",
  "BERTH_PREVIEW_URL",
];
const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

const inheritedBy: Readonly<Record<ProcessRole, readonly string[]>> = {
  web: [
    "BERTH_GIT_ALLOW_FILE",
    "BERTH_PASSWORD_SIGN_IN",
    "BERTH_SIGN_UP",
    "BERTH_OIDC_ISSUER",
    "BERTH_OIDC_CLIENT_ID",
    "BERTH_OIDC_CLIENT_SECRET",
    "BERTH_OIDC_NAME",
    "BERTH_OIDC_GROUPS_CLAIM",
    "BERTH_OIDC_SCOPES",
    "BERTH_GITHUB_ID",
    "BERTH_GITHUB_SECRET",
    "BERTH_GITHUB_URL",
    "BERTH_GITLAB_ID",
    "BERTH_GITLAB_SECRET",
    "BERTH_GITLAB_URL",
  ],
  worker: [
    ...proxies,
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "BERTH_BUILD_TIMEOUT_SECONDS",
    "BERTH_BUILD_CONCURRENCY",
    "BERTH_CONTEXT_MAX_MEGABYTES",
    "BERTH_SYNC_SECONDS",
    "BERTH_GIT_ALLOW_FILE",
    "BERTH_GIT_ALLOWED_HOSTS",
    "BERTH_OUTBOUND_ALLOWED_HOSTS",
    "SMTP_URL",
    "SMTP_FROM",
    "REGISTRY_CREDENTIALS",
    "REGISTRY_PULL_CREDENTIALS",
    "MARATHON_TOKEN",
    "CHRONOS_URL",
    "METRONOME_URL",
    "JOB_SCHEDULER_CREDENTIALS",
  ],
  gateway: [],
  scheduler: ["BERTH_SCHEDULER_PORT", "BERTH_TASK_ADDRESS", "BERTH_TASK_PORTS", "REGISTRY_CREDENTIALS"],
};

/**
 * The whole environment of one process: an allow-list, so that a secret meant for one never reaches another. Web has no
 * Docker, no Marathon credentials and no unsealing key; the gateway has its database address and nothing more.
 */
export function environmentFor(role: ProcessRole, facts: Facts): Record<string, string> {
  return {
    ...pick(facts.inherited, [...everywhere, ...addresses, ...inheritedBy[role]]),
    NODE_ENV: "production",
    // glibc keeps a heap per thread, and Node's helper threads leave theirs full of nothing: one for all saves 50 MB per process.
    MALLOC_ARENA_MAX: "1",
    BERTH_HOME: facts.config.home,
    BERTH_PROCESS_DATABASE_URL: facts.databaseUrls[role],
    ...madeFor(role, facts),
  };
}

/** The database's preparation is told everything else by message. */
export function environmentForPreparation(inherited: Facts["inherited"]): Record<string, string> {
  return pick(inherited, everywhere);
}

function pick(from: Facts["inherited"], names: readonly string[]): Record<string, string> {
  const chosen = names.flatMap((name) => {
    const value = from[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries(chosen);
}

function madeFor(role: ProcessRole, facts: Facts): Record<string, string> {
  const { credentials } = facts.marathon;
  const marathon = credentials === undefined ? {} : { MARATHON_CREDENTIALS: credentials };
  const docker = { DOCKER_HOST: facts.dockerHost };
  switch (role) {
    case "web":
      return {
        HOME: "/nonexistent",
        BERTH_AUTH_SECRET: facts.authSecret,
        BERTH_JOB_SCHEDULER: facts.config.jobScheduler.kind,
        BERTH_WEBHOOK_KEY: facts.webhookKey,
        // next-auth takes its own address from here and from nowhere else: never from what a request says.
        NEXTAUTH_URL: facts.config.web.origin,
        NEXT_TELEMETRY_DISABLED: "1",
      };
    case "worker":
      return {
        ...marathon,
        ...docker,
        MARATHON_URL: facts.marathon.urls,
        ...(facts.config.marathon.urls.length === 0 ? { BERTH_EMBEDDED_SCHEDULER: "1" } : {}),
        ...(facts.registryUrl === undefined ? {} : { REGISTRY_URL: facts.registryUrl }),
      };
    case "scheduler":
      return { ...marathon, ...docker };
    case "gateway":
      return { HOME: "/nonexistent" };
  }
}
