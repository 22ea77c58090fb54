import type { ReactNode } from "react";

import { environmentHref, projectHref } from "#components/environments/address.ts";
import { Link } from "#components/ui/link.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { ClusterPage } from "#lib/domain/utilisation/queries.ts";
import type { Sort, Taken } from "#lib/domain/utilisation/takers.ts";
import { cpusText, memoryText } from "#lib/domain/utilisation/words.ts";

type Shown = Omit<Taken, "tasks"> & { readonly tasks?: number };

/** Which project takes how much, down to the environment; sorted by whatever column is chosen. */
export function TakersTable({
  label,
  part,
  sort,
}: {
  readonly label: string;
  readonly part: Pick<ClusterPage, "takers" | "foreign">;
  readonly sort: Sort;
}) {
  const { takers, foreign } = part;
  if (takers.projects.length === 0 && takers.others === null && foreign === null)
    return <p className="text-faint px-4 py-6 text-center text-sm">Nothing runs here.</p>;
  return (
    <Table label={label} className="min-w-140">
      <thead>
        <tr>
          <Column sort="name" current={sort}>
            Project and environment
          </Column>
          <Th className="text-right">Tasks</Th>
          <Column sort="cpus" current={sort} amount>
            CPUs promised
          </Column>
          <Column sort="used-cpus" current={sort} amount>
            CPUs used
          </Column>
          <Column sort="mem" current={sort} amount>
            Memory promised
          </Column>
          <Column sort="used-mem" current={sort} amount>
            Memory used
          </Column>
        </tr>
      </thead>
      <tbody>
        {takers.projects.flatMap((project) => [
          <Row key={project.slug} taken={project} strong>
            <Link href={projectHref(project.slug)} className="foreign font-medium hover:underline">
              {project.name}
            </Link>
          </Row>,
          ...project.environments.map((environment) => (
            <Row key={environment.id} taken={environment}>
              <Link href={environmentHref(project.slug, environment.name)} className="foreign text-muted pl-4 hover:underline">
                {environment.name}
              </Link>
            </Row>
          )),
          project.moreEnvironments > 0 && (
            <More key={`${project.slug} more`}>and {project.moreEnvironments} more environments that take less</More>
          ),
        ])}
        {takers.moreProjects > 0 && <More>and {takers.moreProjects} more projects</More>}
        {takers.others !== null && <Row taken={takers.others}>Other projects</Row>}
        {foreign !== null && <Row taken={foreign}>Not started by Berth</Row>}
      </tbody>
    </Table>
  );
}

function Column({
  sort,
  current,
  amount = false,
  children,
}: {
  readonly sort: Sort;
  readonly current: Sort;
  readonly amount?: boolean;
  readonly children: string;
}) {
  const chosen = sort === current;
  return (
    <Th className={amount ? "text-right" : undefined} aria-sort={chosen ? (sort === "name" ? "ascending" : "descending") : undefined}>
      <Link href={`/utilisation?sort=${sort}`} scroll={false} className={chosen ? "text-ink hover:underline" : "hover:underline"}>
        {children}
        {chosen && <span aria-hidden>{sort === "name" ? " ↑" : " ↓"}</span>}
      </Link>
    </Th>
  );
}

function Row({ taken, strong = false, children }: { readonly taken: Shown; readonly strong?: boolean; readonly children: ReactNode }) {
  const cell = strong ? "text-right tabular-nums font-medium" : "text-muted text-right tabular-nums";
  return (
    <Tr>
      <Td className="max-w-80 min-w-40">{children}</Td>
      <Td className={cell}>{taken.tasks ?? "–"}</Td>
      <Td className={cell}>{cpusText(taken.promised.cpus)}</Td>
      <Td className={cell}>{taken.used === null ? "–" : cpusText(taken.used.cpus)}</Td>
      <Td className={cell}>{memoryText(taken.promised.mem)}</Td>
      <Td className={cell}>{taken.used === null ? "–" : memoryText(taken.used.mem)}</Td>
    </Tr>
  );
}

function More({ children }: { readonly children: ReactNode }) {
  return (
    <Tr>
      <Td colSpan={6} className="text-faint pl-8 text-xs">
        {children}
      </Td>
    </Tr>
  );
}
