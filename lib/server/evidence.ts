import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { type Actor, authorise } from "#lib/domain/access/policy.ts";
import type { CommandContext } from "#lib/domain/command.ts";
import { policyObject } from "#lib/domain/environments/load.ts";
import { addEvidence } from "#lib/domain/verdicts/commands/add-evidence.ts";
import { pictureMaxBytes } from "#lib/domain/verdicts/picture.ts";

import { readBytes } from "./api/read-bytes.ts";

const bodyMs = 30_000;
const environmentId = z.uuid();
const extensions: Readonly<Record<string, string>> = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" };

/**
 * Takes a picture from the body of a request: at most 5 MB, counted while it arrives, and only from who may give a verdict there. What the
 * sender says of its name and type is not read.
 */
export async function takeEvidence(
  services: CommandContext,
  actor: Actor,
  request: Request,
  again: () => Promise<Actor | null>,
): Promise<Response> {
  if (actor.viewing !== null) throw new BerthError("view_only");
  const environment = environmentId.safeParse(new URL(request.url).searchParams.get("environment"));
  if (!environment.success) throw new BerthError("not_found");
  const row = await services.database.environment.findUnique({
    where: { id: environment.data },
    select: { projectId: true, stage: { select: { kind: true } } },
  });
  if (row === null) throw new BerthError("not_found");
  // Before a byte of it is read; the command asks again.
  authorise(actor, "verdict", policyObject({ projectId: row.projectId, stageKind: row.stage.kind }));
  if (Number(request.headers.get("content-length") ?? 0) > pictureMaxBytes) throw new BerthError("payload_too_large");
  const bytes = request.body === null ? Buffer.alloc(0) : await readBytes(request.body, { withinMs: bodyMs, maxBytes: pictureMaxBytes });
  // Whoever held the body open may have lost his rights meanwhile.
  const now = await again();
  if (now === null) throw new BerthError("not_signed_in");
  const { id } = await addEvidence.run(services, now, { environment: environment.data, bytes: bytes.toString("base64") });
  return Response.json({ id }, { status: 201, headers: { "cache-control": "no-store" } });
}

/** A picture as nothing but a picture: its type is what its bytes said, and a browser that opens it alone runs nothing of it. */
export function evidenceResponse({ type, bytes }: { type: string; bytes: Uint8Array }): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": type,
      "content-length": String(bytes.byteLength),
      "content-disposition": `inline; filename="evidence.${extensions[type] ?? "bin"}"`,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      // It never changes, but the right to see it may.
      "cache-control": "private, no-store",
    },
  });
}
