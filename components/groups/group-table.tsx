import { groupHref } from "#components/people/address.ts";
import { Link } from "#components/ui/link.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { GroupRow } from "#lib/domain/groups/queries.ts";

/** A page of groups. */
export function GroupTable({ rows }: { readonly rows: readonly GroupRow[] }) {
  return (
    <Table label="Groups">
      <thead>
        <tr>
          <Th className="w-full">Group</Th>
          <Th className="max-sm:hidden">Claim</Th>
          <Th className="text-right">Members</Th>
          <Th className="text-right">Projects</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((group) => (
          <Tr key={group.id} className="relative">
            <Td className="max-w-0">
              <Link
                href={groupHref(group.id)}
                className="block truncate rounded-xs font-medium after:absolute after:inset-0 after:content-['']"
              >
                <bdi>{group.name}</bdi>
              </Link>
            </Td>
            <Td className="max-w-60 truncate max-sm:hidden">
              {group.claim === null ? (
                <span className="text-faint text-xs">by hand only</span>
              ) : (
                <code className="font-mono text-xs">{group.claim}</code>
              )}
            </Td>
            <Td className="text-muted text-right text-xs tabular-nums">{group.members.toLocaleString("en")}</Td>
            <Td className="text-muted text-right text-xs tabular-nums">{group.projects.toLocaleString("en")}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
