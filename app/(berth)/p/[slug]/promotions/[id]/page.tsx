import type { Metadata } from "next";

import { LiveRefresh } from "#components/live/live-refresh.tsx";
import { PromotionView } from "#components/promotions/promotion-view.tsx";
import { Main } from "#components/shell/main.tsx";
import { getPromotion } from "#lib/domain/promotions/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { approvePromotion, withdrawPromotion } from "../../../../../actions/promotions.ts";

export const metadata: Metadata = { title: "Promotion" };

export default async function PromotionPage({ params }: { readonly params: Promise<{ readonly slug: string; readonly id: string }> }) {
  const { slug, id } = await params;
  const page = await readPage((reader, actor) => getPromotion(reader, actor, id, slug));
  return (
    <Main>
      <LiveRefresh url={page.eventsUrl} />
      <PromotionView page={page} actions={{ approvePromotion, withdrawPromotion }} />
    </Main>
  );
}
