import { z } from "zod";

/** How people may sign in, as settings: the password form, one OpenID provider, GitHub, GitLab, and who may make an account. */
const text = z.string().trim().min(1);
/** What a password or a code travels to is encrypted, unless it never leaves this machine. */
const providerUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => URL.canParse(url) && isSafe(new URL(url)),
    "use https:// (http:// only for this machine itself), without user, query or fragment",
  )
  .transform((url) => url.replace(/\/+$/, ""));

export const signInEnvironment = {
  BERTH_PASSWORD_SIGN_IN: z.enum(["on", "off"]).default("on"),
  /** "off", or the e-mail domains whose people get an account without any role at their first sign-in through a provider. */
  BERTH_SIGN_UP: z
    .string()
    .default("off")
    .transform((list) => (list.trim() === "off" ? [] : list.split(",").map((domain) => domain.trim().toLowerCase())))
    .pipe(z.array(z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'use "off" or e-mail domains, separated by commas'))),
  BERTH_OIDC_ISSUER: providerUrl.optional(),
  BERTH_OIDC_CLIENT_ID: text.optional(),
  BERTH_OIDC_CLIENT_SECRET: text.optional(),
  BERTH_OIDC_NAME: text.max(40).default("single sign-on"),
  BERTH_OIDC_GROUPS_CLAIM: text.max(100).default("groups"),
  BERTH_OIDC_SCOPES: z
    .string()
    .regex(/^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/)
    .refine((scopes) => scopes.split(" ").includes("openid"), "openid has to be among them")
    .default("openid email profile"),
  BERTH_GITHUB_ID: text.optional(),
  BERTH_GITHUB_SECRET: text.optional(),
  BERTH_GITHUB_URL: providerUrl.default("https://github.com"),
  BERTH_GITLAB_ID: text.optional(),
  BERTH_GITLAB_SECRET: text.optional(),
  BERTH_GITLAB_URL: providerUrl.default("https://gitlab.com"),
};

interface Credentials {
  /** As people read it on the button. */
  readonly name: string;
  /** Where it lives: the issuer, or the forge's own address. No slash at the end. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}
export type ProviderSettings =
  | (Credentials & { readonly id: "oidc"; readonly scopes: string; readonly groupsClaim: string })
  | (Credentials & { readonly id: "github" })
  | (Credentials & { readonly id: "gitlab" });

export interface SignInSettings {
  /** Whether everybody may use a password; admins always may, so that nobody is locked out by a provider. */
  readonly password: boolean;
  readonly signUpDomains: readonly string[];
  readonly providers: readonly ProviderSettings[];
}

type Environment = z.output<ReturnType<typeof z.object<typeof signInEnvironment>>>;

/** The settings as one piece. Throws an Error, one sentence per setting that is missing beside its sisters. */
export function readSignInSettings(e: Environment): SignInSettings {
  const missing: string[] = [];
  const together = (group: Readonly<Record<string, string | undefined>>): boolean => {
    const names = Object.keys(group);
    const given = names.filter((name) => group[name] !== undefined);
    if (given.length === names.length) return true;
    if (given.length > 0)
      for (const name of names)
        if (group[name] === undefined) missing.push(`The setting ${name} is missing: it belongs to ${given.join(" and ")}.`);
    return false;
  };
  const { BERTH_OIDC_ISSUER: issuer = "", BERTH_OIDC_CLIENT_ID: id = "", BERTH_OIDC_CLIENT_SECRET: secret = "" } = e;
  const oidc = { url: issuer, clientId: id, clientSecret: secret, scopes: e.BERTH_OIDC_SCOPES, groupsClaim: e.BERTH_OIDC_GROUPS_CLAIM };
  const github = { url: e.BERTH_GITHUB_URL, clientId: e.BERTH_GITHUB_ID ?? "", clientSecret: e.BERTH_GITHUB_SECRET ?? "" };
  const gitlab = { url: e.BERTH_GITLAB_URL, clientId: e.BERTH_GITLAB_ID ?? "", clientSecret: e.BERTH_GITLAB_SECRET ?? "" };
  const { BERTH_OIDC_ISSUER, BERTH_OIDC_CLIENT_ID, BERTH_OIDC_CLIENT_SECRET } = e;
  const providers: ProviderSettings[] = [
    ...(together({ BERTH_OIDC_ISSUER, BERTH_OIDC_CLIENT_ID, BERTH_OIDC_CLIENT_SECRET })
      ? [{ id: "oidc" as const, name: e.BERTH_OIDC_NAME, ...oidc }]
      : []),
    ...(together({ BERTH_GITHUB_ID: e.BERTH_GITHUB_ID, BERTH_GITHUB_SECRET: e.BERTH_GITHUB_SECRET })
      ? [{ id: "github" as const, name: "GitHub", ...github }]
      : []),
    ...(together({ BERTH_GITLAB_ID: e.BERTH_GITLAB_ID, BERTH_GITLAB_SECRET: e.BERTH_GITLAB_SECRET })
      ? [{ id: "gitlab" as const, name: "GitLab", ...gitlab }]
      : []),
  ];
  if (e.BERTH_PASSWORD_SIGN_IN === "off" && providers.length === 0 && missing.length === 0)
    missing.push("The setting BERTH_PASSWORD_SIGN_IN is not usable: without passwords, a provider to sign in with has to be set.");
  if (missing.length > 0) throw new Error(missing.join("\n"));
  return { password: e.BERTH_PASSWORD_SIGN_IN === "on", signUpDomains: e.BERTH_SIGN_UP, providers };
}

function isSafe(url: URL): boolean {
  const onThisMachine = url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d+){3}$/.test(url.hostname);
  return (url.protocol === "https:" || onThisMachine) && `${url.username}${url.password}${url.search}${url.hash}` === "";
}
