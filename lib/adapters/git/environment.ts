/** Variables of the operator that may reach git: where programs and certificates are, and the proxy. Everything else stays outside. */
const inherited = [
  "PATH",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
] as const;

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin";

export type OuterEnvironment = Readonly<Record<string, string | undefined>>;

interface GitHome {
  /** An empty folder: no ~/.gitconfig, no credential store, no ~/.ssh. */
  readonly home: string;
  /** The only configuration file git reads besides the repository's own. */
  readonly globalConfig: string;
  /** Folders above this one are not searched for a repository. */
  readonly ceiling: string;
}

/** The whole environment of a git process: built up, never handed down. */
export function gitEnvironment(outer: OuterEnvironment, where: GitHome): Record<string, string> {
  const env: Record<string, string> = { PATH: defaultPath };
  for (const name of inherited) {
    const value = outer[name];
    if (value !== undefined && value !== "") env[name] = value;
  }
  return {
    ...env,
    HOME: where.home,
    XDG_CONFIG_HOME: where.home,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CEILING_DIRECTORIES: where.ceiling,
    GIT_CONFIG_GLOBAL: where.globalConfig,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/** Settings that win over every configuration file, the repository's own included. */
export function gitSettings(protocols: readonly string[], lowSpeedSeconds: number): readonly string[] {
  return [
    "core.hooksPath=/dev/null",
    "core.symlinks=false",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.helper=",
    "protocol.version=2",
    "protocol.allow=never",
    ...protocols.map((protocol) => `protocol.${protocol}.allow=always`),
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    `http.lowSpeedTime=${lowSpeedSeconds}`,
    "transfer.fsckObjects=true",
    "transfer.credentialsInUrl=die",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "tar.umask=0022",
  ];
}
