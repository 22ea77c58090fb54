import { cookies } from "next/headers";
import type { ReactNode } from "react";

import { themeCookie, themeOf } from "#components/shell/theme.ts";
import { TopBar } from "#components/shell/top-bar.tsx";
import { ViewAsBar } from "#components/shell/view-as-bar.tsx";
import { may } from "#lib/domain/access/policy.ts";
import { countForBar } from "#lib/domain/inbox/queries.ts";
import { listProjectNames } from "#lib/domain/projects/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { signOut } from "../actions/access.ts";
import { endViewAs } from "../actions/view-as.ts";

/** The frame of every page for people who are signed in. It shows; what one may see is decided by each page's own query. */
export default async function BerthLayout({ children }: { readonly children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  const { viewer, projects, mayCreate, waiting, unread } = await readPage(async (reader, actor) => {
    const [names, counts] = await Promise.all([listProjectNames(reader, actor), countForBar(reader, actor)]);
    return { viewer: actor, ...names, ...counts };
  });
  return (
    <>
      <TopBar
        viewer={{ name: viewer.name, email: viewer.email ?? "" }}
        projects={projects}
        mayCreate={mayCreate}
        mayManage={may(viewer, "manage_people", { type: "platform" })}
        waiting={waiting}
        unread={unread}
        theme={theme}
        signOut={signOut}
      />
      {viewer.viewing !== null && <ViewAsBar viewing={viewer.viewing} end={endViewAs} />}
      {children}
    </>
  );
}
