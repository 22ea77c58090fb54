import { z } from "zod";

import { acceptInvitation, acceptInvitationInput } from "#lib/domain/people/accept-invitation.ts";
import { createPerson, createPersonInput } from "#lib/domain/people/commands/create.ts";
import { invitePerson, revokeInvitation } from "#lib/domain/people/commands/invite.ts";
import { revokePersonToken, signOutPerson } from "#lib/domain/people/commands/shut-out.ts";
import { unlinkIdentity } from "#lib/domain/people/commands/unlink.ts";
import { updatePerson, updatePersonInput } from "#lib/domain/people/commands/update.ts";
import { listPeople } from "#lib/domain/people/list.ts";
import { getPerson } from "#lib/domain/people/queries.ts";
import { personFilters, providerKinds } from "#lib/domain/people/schema.ts";

import { passwordUsers } from "../password-users.ts";
import { operation } from "./operation.ts";
import { idParams, time } from "./schemas.ts";

const optionalTime = time.nullable();
const headFields = {
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  isAdmin: z.boolean(),
  state: z.enum(["active", "invited", "disabled"]),
  createdAt: time,
  lastSeenAt: optionalTime,
};
const listedPersonSchema = z.object({ ...headFields, projects: z.number(), invitedUntil: optionalTime }).meta({ id: "ListedPerson" });
const roleSchema = z.object({
  role: z.enum(["developer", "tester", "ops"]),
  group: z.object({ id: z.uuid(), name: z.string() }).nullable().meta({ description: "The group that gives it; null: given directly" }),
});
const detailFields = {
  ...headFields,
  disabledAt: optionalTime,
  signsInBy: z.array(z.string()),
  invitation: z.object({ createdBy: z.string(), createdAt: time, expiresAt: time }).nullable(),
  projects: z.array(z.object({ slug: z.string(), name: z.string(), roles: z.array(roleSchema) })),
  groups: z.array(z.object({ id: z.uuid(), name: z.string(), byClaim: z.boolean() })),
  sessions: z.array(z.object({ id: z.uuid(), userAgent: z.string().nullable(), createdAt: time, lastSeenAt: time })),
  tokens: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      hint: z.string(),
      createdAt: time,
      expiresAt: optionalTime,
      lastUsedAt: optionalTime,
      projects: z.array(z.string()).nullable(),
      verbs: z.array(z.string()).nullable(),
    }),
  ),
};
const personSchema = z.object(detailFields).meta({ id: "Person" });
const createdPersonSchema = z
  .object({
    ...detailFields,
    invitationUrl: z.string().nullable().meta({ description: "Shown this once; pass it on to the person. Null when a password was given" }),
  })
  .meta({ id: "CreatedPerson" });

export const peopleOperations = [
  operation({
    method: "GET",
    path: "/people",
    id: "listPeople",
    summary: "Everybody, by name",
    tag: "people",
    query: z.strictObject({
      search: z.string().max(200).optional(),
      filter: z.enum(personFilters).optional(),
      page: z.coerce.number().int().min(1).max(100_000).optional(),
      perPage: z.coerce.number().int().min(1).max(200).optional(),
    }),
    success: {
      status: 200,
      schema: z.object({ people: z.array(listedPersonSchema), total: z.number(), page: z.number(), pages: z.number() }),
    },
    async run({ services, actor, query }) {
      const { rows, total, page, pages } = await listPeople(services, actor, query);
      return { people: rows, total, page, pages };
    },
  }),
  operation({
    method: "POST",
    path: "/people",
    id: "createPerson",
    summary: "Add somebody; without a password, with an invitation",
    tag: "people",
    body: createPersonInput,
    success: { status: 201, schema: createdPersonSchema },
    async run({ services, actor, body }) {
      const { id, invitationUrl } = await createPerson.run(services, actor, body);
      return { ...(await getPerson(services, actor, id)), invitationUrl };
    },
  }),
  operation({
    method: "GET",
    path: "/people/{id}",
    id: "getPerson",
    summary: "Somebody with roles, groups, sessions and tokens",
    tag: "people",
    params: idParams,
    success: { status: 200, schema: personSchema },
    run: ({ services, actor, params }) => getPerson(services, actor, params.id),
  }),
  operation({
    method: "PATCH",
    path: "/people/{id}",
    id: "updatePerson",
    summary: "Change name, e-mail, password, admin or not, disabled or not",
    tag: "people",
    params: idParams,
    body: updatePersonInput.omit({ person: true }),
    success: { status: 200, schema: personSchema },
    async run({ services, actor, params, body }) {
      await updatePerson.run(services, actor, { ...body, person: params.id });
      return getPerson(services, actor, params.id);
    },
  }),
  operation({
    method: "POST",
    path: "/people/{id}/invitations",
    id: "invitePerson",
    summary: "Make a new link to set a password; older links end",
    tag: "people",
    params: idParams,
    success: { status: 201, schema: z.object({ invitationUrl: z.string(), expiresAt: time }) },
    async run({ services, actor, params }) {
      const { url, expiresAt } = await invitePerson.run(services, actor, { person: params.id });
      return { invitationUrl: url, expiresAt };
    },
  }),
  operation({
    method: "DELETE",
    path: "/people/{id}/invitations",
    id: "revokeInvitation",
    summary: "End the open link of somebody",
    tag: "people",
    params: idParams,
    success: { status: 200, schema: z.object({ revoked: z.number() }) },
    run: ({ services, actor, params }) => revokeInvitation.run(services, actor, { person: params.id }),
  }),
  operation({
    method: "DELETE",
    path: "/people/{id}/sessions",
    id: "signOutPerson",
    summary: "Sign somebody out everywhere",
    tag: "people",
    params: idParams,
    success: { status: 200, schema: z.object({ ended: z.number() }) },
    run: ({ services, actor, params }) => signOutPerson.run(services, actor, { person: params.id }),
  }),
  operation({
    method: "DELETE",
    path: "/people/{id}/identities/{provider}",
    id: "unlinkIdentity",
    summary: "Forget how an identity provider knows somebody, and sign him out everywhere",
    tag: "people",
    params: z.object({ id: z.uuid(), provider: z.enum(providerKinds) }),
    success: { status: 200, schema: z.object({ unlinked: z.number(), ended: z.number() }) },
    run: ({ services, actor, params }) => unlinkIdentity.run(services, actor, { person: params.id, provider: params.provider }),
  }),
  operation({
    method: "DELETE",
    path: "/people/{id}/tokens/{token}",
    id: "revokePersonToken",
    summary: "Revoke an API token of somebody",
    tag: "people",
    params: z.object({ id: z.uuid(), token: z.uuid() }),
    success: { status: 200, schema: z.object({ id: z.uuid(), name: z.string() }) },
    run: ({ services, actor, params }) => revokePersonToken.run(services, actor, { person: params.id, token: params.token }),
  }),
  operation({
    method: "POST",
    path: "/invitations/accept",
    id: "acceptInvitation",
    summary: "Set your own name and password with a link made for you",
    tag: "people",
    body: acceptInvitationInput,
    success: { status: 200, schema: z.object({ id: z.uuid(), email: z.string(), name: z.string() }) },
    run: ({ services, actor, body }) =>
      acceptInvitation(services.database, actor, body, { ip: actor.sourceIp, requestId: actor.requestId }, passwordUsers()),
  }),
];
