import type { Metadata } from "next";

import { MatrixEditor } from "#components/permissions/matrix-editor.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getDefaultPermissions } from "#lib/domain/permissions/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { saveDefaultPermissions } from "../../actions/permissions.ts";

export const metadata: Metadata = { title: "Permissions" };

export default async function PermissionsPage() {
  const { matrix, fingerprint, holders, projects } = await readPage((reader, actor) => getDefaultPermissions(reader, actor));
  return (
    <Main className="max-w-6xl">
      <PageHeader
        title="Permissions"
        description={`What each role may do, by kind of stage. This is the platform’s default: ${usersOf(projects)}. What a role may not view does not exist for it.`}
      />
      <div className="mt-5">
        <MatrixEditor
          key={fingerprint}
          matrix={matrix}
          defaults={null}
          holders={holders}
          action={saveDefaultPermissions}
          values={{ fingerprint }}
        />
      </div>
    </Main>
  );
}

function usersOf({ using, own }: { readonly using: number; readonly own: number }): string {
  const used = using === 1 ? "one project uses it" : `${using} projects use it`;
  if (own === 0) return used;
  return `${used}, ${own === 1 ? "one has permissions of its own" : `${own} have permissions of their own`}`;
}
