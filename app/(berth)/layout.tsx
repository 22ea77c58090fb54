import { cookies } from "next/headers";
import type { ReactNode } from "react";

import { themeCookie, themeOf } from "#components/shell/theme.ts";
import { TopBar } from "#components/shell/top-bar.tsx";
import { listProjectNames } from "#lib/domain/projects/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { signOut } from "../actions/access.ts";

/** The frame of every page for people who are signed in. It shows; what one may see is decided by each page's own query. */
export default async function BerthLayout({ children }: { readonly children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  const { viewer, projects, mayCreate } = await readPage(async (reader, actor) => ({
    viewer: actor,
    ...(await listProjectNames(reader, actor)),
  }));
  return (
    <>
      <TopBar
        viewer={{ name: viewer.name, email: viewer.email ?? "" }}
        projects={projects.map(({ slug, name }) => ({ slug, name }))}
        mayCreate={mayCreate}
        theme={theme}
        signOut={signOut}
      />
      {children}
    </>
  );
}
