import { z } from "zod";

import { setRoles } from "#lib/domain/members/commands/set-roles.ts";
import { listMembers } from "#lib/domain/members/queries.ts";
import { memberBody } from "#lib/domain/members/schema.ts";
import { roles } from "#lib/domain/permissions/words.ts";

import { operation } from "./operation.ts";
import { slugParams } from "./schemas.ts";

const roleList = z.array(z.enum(roles));
const memberSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string().nullable().meta({ description: "Only for whoever administers the project" }),
    admin: z.boolean(),
    disabled: z.boolean(),
    roles: roleList,
    groups: z.array(z.object({ name: z.string(), roles: roleList })),
  })
  .meta({ id: "Member" });
const groupSchema = z.object({ id: z.uuid(), name: z.string(), roles: roleList, people: z.number() }).meta({ id: "MemberGroup" });

export const memberOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/members",
    id: "listMembers",
    summary: "Who is in a project, with the roles of their own and of their groups",
    tag: "members",
    params: slugParams,
    query: z.object({
      search: z.string().max(200).optional(),
      page: z.coerce.number().int().min(1).max(100_000).optional(),
      perPage: z.coerce.number().int().min(1).max(500).optional(),
    }),
    success: {
      status: 200,
      schema: z.object({
        members: z.array(memberSchema),
        groups: z.array(groupSchema),
        total: z.number(),
        page: z.number(),
        pages: z.number(),
      }),
    },
    async run({ services, actor, params, query }) {
      const list = await listMembers(services, actor, params.slug, query);
      return {
        ...list,
        members: list.members.map((member) => ({
          ...member,
          roles: [...member.roles],
          groups: member.groups.map((group) => ({ ...group, roles: [...group.roles] })),
        })),
        groups: list.groups.map((group) => ({ ...group, roles: [...group.roles] })),
      };
    },
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/members",
    id: "setMember",
    summary: "Give a person or a group these roles in a project, instead of what they had; none removes",
    tag: "members",
    params: slugParams,
    body: memberBody,
    success: { status: 200, schema: z.object({ type: z.enum(["person", "group"]), id: z.uuid(), name: z.string(), roles: roleList }) },
    async run({ services, actor, params, body }) {
      const { member, after } = await setRoles.run(services, actor, { ...body, project: params.slug });
      return { ...member, roles: after };
    },
  }),
];
