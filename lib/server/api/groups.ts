import { z } from "zod";

import { createGroup, createGroupInput, deleteGroup, updateGroup, updateGroupInput } from "#lib/domain/groups/commands/edit.ts";
import { addGroupMember, removeGroupMember } from "#lib/domain/groups/commands/members.ts";
import { getGroup, listGroups } from "#lib/domain/groups/queries.ts";

import { operation } from "./operation.ts";
import { idParams, time } from "./schemas.ts";

const page = z.coerce.number().int().min(1).max(100_000).optional();
const listedGroupSchema = z
  .object({ id: z.uuid(), name: z.string(), claim: z.string().nullable(), members: z.number(), projects: z.number() })
  .meta({ id: "ListedGroup" });
const memberSchema = z.object({ id: z.uuid(), name: z.string(), email: z.string(), disabled: z.boolean(), byClaim: z.boolean() });
const groupSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    claim: z.string().nullable(),
    createdAt: time,
    projects: z.array(z.object({ slug: z.string(), name: z.string(), roles: z.array(z.enum(["developer", "tester", "ops"])) })),
    members: z.object({ rows: z.array(memberSchema), total: z.number(), page: z.number(), pages: z.number() }),
  })
  .meta({ id: "Group" });
const memberParams = z.object({ id: z.uuid(), person: z.uuid() });
const done = z.object({ status: z.literal("done") });

export const groupOperations = [
  operation({
    method: "GET",
    path: "/groups",
    id: "listGroups",
    summary: "All groups, by name",
    tag: "groups",
    query: z.strictObject({ page }),
    success: {
      status: 200,
      schema: z.object({ groups: z.array(listedGroupSchema), total: z.number(), page: z.number(), pages: z.number() }),
    },
    async run({ services, actor, query }) {
      const { rows, ...rest } = await listGroups(services, actor, query);
      return { groups: rows, ...rest };
    },
  }),
  operation({
    method: "POST",
    path: "/groups",
    id: "createGroup",
    summary: "Make a group",
    tag: "groups",
    body: createGroupInput,
    success: { status: 201, schema: groupSchema },
    async run({ services, actor, body }) {
      const { id } = await createGroup.run(services, actor, body);
      return getGroup(services, actor, id, {});
    },
  }),
  operation({
    method: "GET",
    path: "/groups/{id}",
    id: "getGroup",
    summary: "A group with its roles and a page of its members",
    tag: "groups",
    params: idParams,
    query: z.strictObject({ page }),
    success: { status: 200, schema: groupSchema },
    run: ({ services, actor, params, query }) => getGroup(services, actor, params.id, query),
  }),
  operation({
    method: "PATCH",
    path: "/groups/{id}",
    id: "updateGroup",
    summary: "Rename a group, or change the claim that leads to it",
    tag: "groups",
    params: idParams,
    body: updateGroupInput.omit({ group: true }),
    success: { status: 200, schema: groupSchema },
    async run({ services, actor, params, body }) {
      await updateGroup.run(services, actor, { ...body, group: params.id });
      return getGroup(services, actor, params.id, {});
    },
  }),
  operation({
    method: "DELETE",
    path: "/groups/{id}",
    id: "deleteGroup",
    summary: "Delete a group; its members lose the roles they had by it",
    tag: "groups",
    params: idParams,
    success: { status: 200, schema: done },
    async run({ services, actor, params }) {
      await deleteGroup.run(services, actor, { group: params.id });
      return { status: "done" as const };
    },
  }),
  operation({
    method: "PUT",
    path: "/groups/{id}/members/{person}",
    id: "addGroupMember",
    summary: "Make somebody a member",
    tag: "groups",
    params: memberParams,
    success: { status: 200, schema: done },
    async run({ services, actor, params }) {
      await addGroupMember.run(services, actor, { group: params.id, person: params.person });
      return { status: "done" as const };
    },
  }),
  operation({
    method: "DELETE",
    path: "/groups/{id}/members/{person}",
    id: "removeGroupMember",
    summary: "Take somebody out who was put in by hand",
    tag: "groups",
    params: memberParams,
    success: { status: 200, schema: done },
    async run({ services, actor, params }) {
      await removeGroupMember.run(services, actor, { group: params.id, person: params.person });
      return { status: "done" as const };
    },
  }),
];
