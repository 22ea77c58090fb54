import type { Metadata } from "next";

import { Gate } from "#components/shell/gate.tsx";
import { ProviderButtons } from "#components/sign-in/provider-buttons.tsx";
import { SignInForm } from "#components/sign-in/sign-in-form.tsx";
import { Link } from "#components/ui/link.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { BerthError, type ErrorCode } from "#lib/core/errors.ts";
import { problemOf } from "#lib/core/problem.ts";
import { signInSettings } from "#lib/server/next-auth.ts";
import { ownPath } from "#lib/server/own-path.ts";

import { signIn } from "../../actions/access.ts";

export const metadata: Metadata = { title: "Sign in" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

/** What a sign-in through a provider may end with; the address holds the code, the words are ours. */
const refusals: readonly ErrorCode[] = [
  "identity_unknown",
  "email_unverified",
  "sign_in_failed",
  "identity_provider_unavailable",
  "rate_limited",
  "unavailable",
  "internal",
];

export default async function SignInPage({ searchParams }: Properties) {
  const { next: wanted, error, with: means } = await searchParams;
  const { password, providers } = signInSettings();
  const next = ownPath(wanted);
  const refusal = refusals.find((code) => code === error);
  const showsPassword = password || means === "password";
  return (
    <Gate title="Sign in to Berth" footer={showsPassword ? undefined : <AdminsWay next={next} />}>
      <div className="space-y-5">
        {refusal !== undefined && <Problem live problem={problemOf(new BerthError(refusal))} />}
        {!password && showsPassword && <p className="text-muted text-sm">Passwords are for admins of this installation only.</p>}
        {/* Where `next` may lead is decided by the action. */}
        {showsPassword && <SignInForm next={next} action={signIn} autoFocus={providers.length === 0 || !password} />}
        {showsPassword && providers.length > 0 && <Or />}
        {providers.length > 0 && <ProviderButtons providers={providers.map(({ id, name }) => ({ id, name }))} next={next} />}
      </div>
    </Gate>
  );
}

function Or() {
  return (
    <p className="text-faint flex items-center gap-3 text-xs">
      <span aria-hidden className="bg-line h-px flex-1" />
      or
      <span aria-hidden className="bg-line h-px flex-1" />
    </p>
  );
}

function AdminsWay({ next }: { readonly next: string }) {
  return (
    <Link
      className="text-muted underline"
      href={`/sign-in?${new URLSearchParams({ with: "password", ...(next === "/" ? {} : { next }) })}`}
    >
      Sign in with a password, as an admin
    </Link>
  );
}
