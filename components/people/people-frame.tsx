import type { ReactNode } from "react";

import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";

/** What the lists of people and of groups share. */
export function PeopleFrame({ actions, children }: { readonly actions: ReactNode; readonly children: ReactNode }) {
  return (
    <Main>
      <PageHeader title="People and groups" actions={actions} />
      <div className="mt-2.5 mb-5">
        <Tabs
          label="People and groups"
          items={[
            { href: "/people", label: "People" },
            { href: "/groups", label: "Groups" },
          ]}
        />
      </div>
      {children}
    </Main>
  );
}
