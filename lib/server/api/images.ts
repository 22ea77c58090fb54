import { z } from "zod";

import { handOverImage } from "#lib/domain/image-hand-overs/commands/hand-over.ts";
import { getHandOver, listHandOvers } from "#lib/domain/image-hand-overs/queries.ts";
import { handOverFields } from "#lib/domain/image-hand-overs/schema.ts";

import { operation } from "./operation.ts";
import { idParams, slugParams, time } from "./schemas.ts";

const handOverSchema = z
  .object({
    id: z.uuid(),
    ref: z.string(),
    commit: z.string(),
    image: z.string(),
    state: z.enum(["waiting", "accepted", "refused"]),
    problem: z.object({ code: z.string(), title: z.string(), detail: z.string().nullable(), help: z.string() }).nullable(),
    handedOverBy: z.string(),
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: "ImageHandOver" });

export const imageOperations = [
  operation({
    method: "POST",
    path: "/projects/{slug}/images",
    id: "handOverImage",
    summary:
      "Hand over an image that a CI system built for a commit, by digest. Berth looks whether it is so; ask with the id what became of it",
    tag: "images",
    params: slugParams,
    body: z.strictObject(handOverFields),
    success: { status: 202, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params, body }) => handOverImage.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/images",
    id: "listHandedOverImages",
    summary: "Images that CI systems handed over, the newest first",
    tag: "images",
    params: slugParams,
    success: { status: 200, schema: z.object({ images: z.array(handOverSchema) }) },
    run: async ({ services, actor, params }) => ({ images: await listHandOvers(services, actor, params.slug) }),
  }),
  operation({
    method: "GET",
    path: "/handed-over-images/{id}",
    id: "getHandedOverImage",
    summary: "What became of an image that was handed over",
    tag: "images",
    params: idParams,
    success: { status: 200, schema: handOverSchema },
    run: ({ services, actor, params }) => getHandOver(services, actor, params.id),
  }),
];
