import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

import { defineCommand } from "../../command.ts";
import { lockVisibleEnvironment, policyObject } from "../../environments/load.ts";
import { pictureMaxBytes, pictureOf } from "../picture.ts";

/** All pictures of a project together. */
export const evidenceOfProjectMaxBytes = 256 * 1024 * 1024;
/** Pictures that belong to no verdict yet: so many of one person in one environment, for so long. */
const looseMax = 12;
const looseMs = 24 * 60 * 60_000;
const base64Max = Math.ceil(pictureMaxBytes / 3) * 4;

/**
 * Keeps a picture for a verdict that is about to be given. What it is, its bytes say: no name is taken over from anybody. Throws
 * `evidence_refused` for what is no whole picture, `evidence_full` where a project has too many.
 */
export const addEvidence = defineCommand({
  name: "evidence.add",
  input: z.strictObject({ environment: z.uuid(), bytes: z.string().max(base64Max, "A picture has at most 5 MB.") }),
  load: (tx, { environment }, actor) => lockVisibleEnvironment(tx, actor, environment),
  verb: "verdict",
  object: policyObject,
  async perform(tx, environment, input, actor) {
    if (actor.id === null) throw new BerthError("forbidden");
    const bytes = Buffer.from(input.bytes, "base64");
    const picture = pictureOf(bytes);
    if (picture === null) throw new BerthError("evidence_refused");
    const place = { projectId: environment.projectId, environmentId: environment.id };
    await tx.verdictEvidence.deleteMany({
      where: { projectId: environment.projectId, verdictId: null, createdAt: { lt: new Date(Date.now() - looseMs) } },
    });
    const loose = await tx.verdictEvidence.findMany({
      where: { ...place, verdictId: null, uploadedById: actor.id },
      orderBy: { createdAt: "desc" },
      skip: looseMax - 1,
      select: { id: true },
    });
    await tx.verdictEvidence.deleteMany({ where: { id: { in: loose.map(({ id }) => id) }, verdictId: null } });
    const { _sum } = await tx.verdictEvidence.aggregate({ where: { projectId: environment.projectId }, _sum: { sizeBytes: true } });
    if ((_sum.sizeBytes ?? 0) + bytes.byteLength > evidenceOfProjectMaxBytes) throw new BerthError("evidence_full");
    const { type, width, height } = picture;
    const { id } = await tx.verdictEvidence.create({
      data: { ...place, mediaType: type, width, height, sizeBytes: bytes.byteLength, bytes, uploadedById: actor.id },
      select: { id: true },
    });
    return { id, type, width, height };
  },
  subject: (environment, _input, { id, type }) => ({
    objectType: "evidence",
    objectId: id,
    objectName: `a picture for ${environment.name}`,
    projectId: environment.projectId,
    environmentId: environment.id,
    detail: { type },
  }),
});
