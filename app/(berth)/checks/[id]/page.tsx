import type { Metadata } from "next";

import { LiveRefresh } from "#components/live/live-refresh.tsx";
import { CheckView } from "#components/pipeline/check-view.tsx";
import { Main } from "#components/shell/main.tsx";
import { getCheck } from "#lib/domain/checks/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { rerunCheck } from "../../../actions/checks.ts";

export const metadata: Metadata = { title: "Check" };

export default async function CheckPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const check = await readPage((reader, actor) => getCheck(reader, actor, id));
  return (
    <Main wide>
      <LiveRefresh url={check.eventsUrl} />
      <CheckView check={check} rerun={rerunCheck} />
    </Main>
  );
}
