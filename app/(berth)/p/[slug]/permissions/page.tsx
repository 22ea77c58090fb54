import type { Metadata } from "next";

import { MatrixEditor } from "#components/permissions/matrix-editor.tsx";
import { OwnPermissions } from "#components/permissions/own-permissions.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { may } from "#lib/domain/access/policy.ts";
import { getProjectPermissions } from "#lib/domain/permissions/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { giveUpOwnPermissions, saveProjectPermissions } from "../../../../actions/permissions.ts";
import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Permissions" };

export default async function ProjectPermissionsPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const { permissions, seesDefault } = await readPage(async (reader, actor) => ({
    permissions: await getProjectPermissions(reader, actor, slug),
    seesDefault: may(actor, "manage_permissions", { type: "platform" }),
  }));
  const { project, own, matrix, defaults, fingerprint, holders } = permissions;
  return (
    <ProjectFrame project={project} sync={syncProject}>
      <div className="max-w-6xl space-y-4">
        <OwnPermissions permissions={permissions} seesDefault={seesDefault} giveUp={giveUpOwnPermissions} />
        <MatrixEditor
          // What was typed belongs to what was read: after a save the table begins anew.
          key={fingerprint}
          matrix={matrix}
          defaults={defaults}
          holders={holders}
          action={saveProjectPermissions}
          values={{ project: slug, fingerprint }}
          note={own ? undefined : "Saving gives the project permissions of its own: later changes of the default no longer reach it."}
        />
      </div>
    </ProjectFrame>
  );
}
