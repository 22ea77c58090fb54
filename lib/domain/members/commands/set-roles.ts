import { BerthError } from "#lib/core/errors.ts";
import type { Role, Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { defineCommand } from "../../command.ts";
import { roles as allRoles } from "../../permissions/words.ts";
import { loadProject } from "../../projects/load.ts";
import { memberInput } from "../schema.ts";

interface Member {
  readonly type: "person" | "group";
  readonly id: string;
  readonly name: string;
}

/** Says which roles a person or a group has in a project from now on; none removes. The rights change with the next request. */
export const setRoles = defineCommand({
  name: "member.set-roles",
  input: memberInput,
  load: (tx, { project }) => loadProject(tx, project),
  verb: "administer",
  object: ({ id }) => ({ type: "project", projectId: id }) as const,
  // Who it is about is looked up here, after the right was checked: nobody else may learn who exists.
  async perform(tx, project, input) {
    const member = input.group === undefined ? await lockPerson(tx, input) : await lockGroup(tx, input.group);
    const before = await rolesOf(tx, project.id, member);
    const after = allRoles.filter((role) => input.roles.includes(role));
    await writeRoles(tx, project.id, member, after);
    await appendEvent(tx, { kind: "project.changed", projectId: project.id });
    return { member, before, after };
  },
  subject: ({ id }, _input, { member, before, after }) => ({
    objectType: member.type,
    objectId: member.id,
    projectId: id,
    detail: { name: member.name },
    before: { roles: before },
    after: { roles: after },
  }),
});

/** Finds the person and holds the row, so that two changes of his roles come one after the other. */
async function lockPerson(
  tx: Transaction,
  { email, person }: { email?: string | undefined; person?: string | undefined },
): Promise<Member> {
  const rows = await tx.$queryRaw<Array<{ id: string; name: string }>>`
    SELECT id, name FROM person WHERE id = ${person ?? null}::uuid OR email = ${email ?? null}::text FOR NO KEY UPDATE`;
  if (rows[0] !== undefined) return { type: "person", ...rows[0] };
  if (email === undefined) throw new BerthError("invalid_input", { fields: { person: "There is no such person." } });
  const sentence = `Nobody here has the e-mail address ${email}. Create the person first, then give the roles.`;
  throw new BerthError("invalid_input", { detail: sentence, fields: { email: sentence } });
}

async function lockGroup(tx: Transaction, group: string): Promise<Member> {
  const rows = await tx.$queryRaw<Array<{ id: string; name: string }>>`
    SELECT id, name FROM person_group WHERE id::text = ${group} OR name = ${group} ORDER BY id::text = ${group} DESC LIMIT 1 FOR NO KEY UPDATE`;
  if (rows[0] !== undefined) return { type: "group", ...rows[0] };
  const sentence = `There is no group ${group}. Create the group first, then give it roles.`;
  throw new BerthError("invalid_input", { detail: sentence, fields: { group: sentence } });
}

async function rolesOf(tx: Transaction, projectId: string, { type, id }: Member): Promise<Role[]> {
  const rows =
    type === "person"
      ? await tx.membership.findMany({ where: { projectId, personId: id }, select: { role: true } })
      : await tx.groupMembership.findMany({ where: { projectId, groupId: id }, select: { role: true } });
  return allRoles.filter((role) => rows.some((row) => row.role === role));
}

async function writeRoles(tx: Transaction, projectId: string, { type, id }: Member, roles: readonly Role[]): Promise<void> {
  if (type === "person") {
    await tx.membership.deleteMany({ where: { projectId, personId: id } });
    await tx.membership.createMany({ data: roles.map((role) => ({ projectId, personId: id, role })) });
  } else {
    await tx.groupMembership.deleteMany({ where: { projectId, groupId: id } });
    await tx.groupMembership.createMany({ data: roles.map((role) => ({ projectId, groupId: id, role })) });
  }
}
