import { Rocket } from "lucide-react";

import { Section } from "#components/ui/card.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import { isDeploymentOver } from "#lib/core/states.ts";
import type { DeploymentSummary } from "#lib/domain/deployments/summary.ts";

import { deploymentHref } from "./address.ts";
import { DeploymentBadge } from "./deployment-badge.tsx";
import { triggerWord } from "./words.ts";

/** Every attempt to make a release live, newest first. */
export function DeploymentList({ deployments }: { readonly deployments: readonly DeploymentSummary[] }) {
  return (
    <Section title="Deployments" description="Every attempt to make a release live." bodyClassName="">
      {deployments.length === 0 ? (
        <EmptyState icon={<Rocket aria-hidden />} title="No deployment yet" />
      ) : (
        <Table label="Deployments" className="sm:min-w-3xl">
          <thead>
            <tr>
              <Th>Deployment</Th>
              <Th>Status</Th>
              <Th className="w-full max-sm:hidden">Commit</Th>
              <Th className="max-sm:hidden">Why</Th>
              <Th className="max-sm:hidden">By</Th>
              <Th className="text-right max-sm:hidden">Took</Th>
              <Th className="text-right">Asked for</Th>
            </tr>
          </thead>
          <tbody>
            {deployments.map((deployment) => (
              <Tr key={deployment.id} className="relative">
                <Td>
                  <Link
                    href={deploymentHref(deployment.id)}
                    className="rounded-xs font-medium after:absolute after:inset-0 after:content-[''] hover:underline"
                  >
                    #{deployment.number}
                  </Link>
                </Td>
                <Td>
                  <DeploymentBadge status={deployment.status} step={deployment.step} />
                </Td>
                <Td className="max-w-0 max-sm:hidden">
                  <CommitRef commit={deployment.commit} subject={deployment.subject} className="max-w-full" />
                  {deployment.problem !== null && <p className="text-bad truncate text-xs">{deployment.problem.title}</p>}
                </Td>
                <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">{triggerWord(deployment.trigger)}</Td>
                <Td className="text-muted text-xs whitespace-nowrap max-sm:hidden">
                  <bdi>{deployment.requestedBy ?? "Berth"}</bdi>
                </Td>
                <Td className="text-muted text-right text-xs whitespace-nowrap tabular-nums max-sm:hidden">
                  {deployment.startedAt !== null && (deployment.endedAt !== null || !isDeploymentOver(deployment.status)) && (
                    <Duration from={deployment.startedAt} to={deployment.endedAt} />
                  )}
                </Td>
                <Td className="text-faint text-right text-xs whitespace-nowrap">
                  <RelativeTime at={deployment.createdAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}
