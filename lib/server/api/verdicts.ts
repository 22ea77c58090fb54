import { z } from "zod";

import { blockerCodes } from "#lib/domain/blockers/blocker.ts";
import { blockersOf } from "#lib/domain/blockers/queries.ts";
import { giveVerdict } from "#lib/domain/verdicts/commands/give.ts";
import { getEvidence, listVerdicts } from "#lib/domain/verdicts/queries.ts";
import { verdictKinds } from "#lib/domain/verdicts/schema.ts";

import { evidenceResponse } from "../evidence.ts";
import { operation } from "./operation.ts";
import { idParams, optionalTime, standingSchema, time } from "./schemas.ts";
import { standingJson } from "./standing.ts";

const checklist = z.array(z.object({ item: z.string(), ok: z.boolean().nullable() }));

const verdictSchema = z
  .object({
    id: z.uuid(),
    number: z.number(),
    verdict: z.enum(verdictKinds),
    comment: z.string(),
    by: z.string(),
    at: time,
    release: z.number(),
    digest: z.string(),
    commit: z.string(),
    checklist,
    evidence: z.array(z.object({ id: z.uuid(), type: z.string(), width: z.number(), height: z.number(), sizeBytes: z.number() })),
    worth: z.enum(["stands", "void", "superseded"]),
    voidedBy: z.string().nullable(),
  })
  .meta({ id: "Verdict" });

const blockerSchema = z
  .object({
    code: z.enum(blockerCodes),
    words: z.string(),
    clearedBy: z.string().meta({ description: "Who can clear it, by name or by role" }),
    expectedAt: optionalTime,
  })
  .meta({ id: "Blocker" });

export const verdictOperations = [
  operation({
    method: "POST",
    path: "/environments/{id}/verdicts",
    id: "giveVerdict",
    summary: "Approve, reject, or say that what is live cannot be tested; with release only if that one is still live",
    tag: "verdicts",
    params: idParams,
    body: z.strictObject({
      verdict: z.enum(verdictKinds),
      comment: z.string().optional(),
      release: z.uuid().optional(),
      seen: z.union([z.uuid(), z.literal("none")]).optional(),
      checklist: z.array(z.strictObject({ item: z.string(), ok: z.boolean().nullable() })).optional(),
    }),
    success: { status: 201, schema: z.object({ id: z.uuid(), number: z.number(), release: z.number(), digest: z.string() }) },
    async run({ services, actor, params, body: { comment, ...body } }) {
      const { id, number, releaseNumber, digest } = await giveVerdict.run(services, actor, {
        ...body,
        environment: params.id,
        ...(comment === undefined ? {} : { words: comment }),
      });
      return { id, number, release: releaseNumber, digest };
    },
  }),
  operation({
    method: "GET",
    path: "/environments/{id}/verdicts",
    id: "listVerdicts",
    summary: "What testers said of an environment, the newest fifty, and what it is worth for what is live",
    tag: "verdicts",
    params: idParams,
    success: { status: 200, schema: z.object({ standing: standingSchema, verdicts: z.array(verdictSchema) }) },
    async run({ services, actor, params }) {
      const { standing, verdicts } = await listVerdicts(services, actor, params.id);
      return {
        standing: standingJson(standing),
        verdicts: verdicts.map(({ kind, words, releaseNumber, checklist: answers, evidence, ...row }) => ({
          ...row,
          verdict: kind,
          comment: words,
          release: releaseNumber,
          checklist: [...answers],
          evidence: [...evidence],
        })),
      };
    },
  }),
  operation({
    method: "GET",
    path: "/evidence/{id}",
    id: "getEvidence",
    summary: "A picture that belongs to a verdict",
    tag: "verdicts",
    params: idParams,
    success: { status: 200, contentType: "image/*" },
    run: async ({ services, actor, params }) => evidenceResponse(await getEvidence(services, actor, params.id)),
  }),
  operation({
    method: "GET",
    path: "/environments/{id}/blockers",
    id: "listBlockers",
    summary: "Everything that keeps an environment, or what is live there, from moving on, in order",
    tag: "verdicts",
    params: idParams,
    success: { status: 200, schema: z.object({ blockers: z.array(blockerSchema) }) },
    run: async ({ services, actor, params }) => ({ blockers: await blockersOf(services, actor, params.id) }),
  }),
];
