import type { Metadata } from "next";

import { SetupForm } from "#components/setup/setup-form.tsx";
import { Gate } from "#components/shell/gate.tsx";

import { setUp } from "../../actions/access.ts";

export const metadata: Metadata = { title: "Set up" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function SetupPage({ searchParams }: Properties) {
  const { code } = await searchParams;
  return (
    <Gate title="Set up Berth" text="Nobody has an account here yet. Yours becomes the first admin.">
      <SetupForm code={typeof code === "string" ? code : ""} action={setUp} />
    </Gate>
  );
}
