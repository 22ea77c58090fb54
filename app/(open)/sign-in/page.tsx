import type { Metadata } from "next";

import { Gate } from "#components/shell/gate.tsx";
import { SignInForm } from "#components/sign-in/sign-in-form.tsx";

import { signIn } from "../../actions/access.ts";

export const metadata: Metadata = { title: "Sign in" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function SignInPage({ searchParams }: Properties) {
  const { next } = await searchParams;
  return (
    <Gate title="Sign in to Berth">
      {/* Where `next` may lead is decided by the action. */}
      <SignInForm next={typeof next === "string" ? next : "/"} action={signIn} />
    </Gate>
  );
}
