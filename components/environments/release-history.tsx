import { Package, Undo2 } from "lucide-react";

import { rollbackHref } from "#components/promotions/address.ts";
import { Badge } from "#components/ui/badge.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusBadge } from "#components/ui/status-badge.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { RollbackRow } from "#lib/domain/promotions/releases.ts";

/** Every release of an environment, newest first: an image and the configuration it ran with. */
export function ReleaseHistory({
  releases,
  project,
  environment,
}: {
  readonly releases: readonly RollbackRow[];
  /** The project's slug and the environment's name, for the way back. */
  readonly project: string;
  readonly environment: string;
}) {
  return (
    <Section title="Releases" description="An image and its configuration; numbered, never changed." bodyClassName="">
      {releases.length === 0 ? (
        <EmptyState icon={<Package aria-hidden />} title="No release yet">
          The first deployment that builds an image makes release #1.
        </EmptyState>
      ) : (
        <Table label="Releases" className="sm:min-w-2xl">
          <thead>
            <tr>
              <Th>Release</Th>
              <Th>Image</Th>
              <Th className="w-full max-sm:hidden">Commit</Th>
              <Th className="max-sm:hidden">Answered</Th>
              <Th className="max-sm:hidden">By</Th>
              <Th className="text-right">Made</Th>
              <Th>
                <span className="sr-only">Roll back</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {releases.map((release) => (
              <Tr key={release.id}>
                <Td className="whitespace-nowrap">
                  <span className="flex items-center gap-2 font-medium">
                    #{release.number}
                    {release.live && <StatusBadge status="live" />}
                  </span>
                </Td>
                <Td>
                  <Digest digest={release.digest} />
                </Td>
                <Td className="max-w-0 max-sm:hidden">
                  <CommitRef commit={release.commit} subject={release.subject} className="max-w-full" />
                </Td>
                <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">
                  {release.servedAt === null ? <Badge>never</Badge> : <RelativeTime at={release.servedAt} />}
                </Td>
                <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">
                  <bdi>{release.createdBy ?? "Berth"}</bdi>
                </Td>
                <Td className="text-faint text-right text-xs whitespace-nowrap">
                  <RelativeTime at={release.createdAt} />
                </Td>
                <Td className="text-right whitespace-nowrap">
                  {release.rollback?.reason === null && (
                    <ButtonLink
                      href={rollbackHref(project, environment, release.number)}
                      scroll={false}
                      size="sm"
                      aria-label={`Roll back to #${release.number}`}
                    >
                      <Undo2 aria-hidden />
                      <span className="max-sm:hidden">Roll back…</span>
                    </ButtonLink>
                  )}
                  {release.imageRemoved && <span className="text-faint text-xs">image removed</span>}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}
