"use server";

import type { VerifyResult } from "#components/audit/verify-audit.tsx";
import { BerthError } from "#lib/core/errors.ts";
import { verifyAudit as verify } from "#lib/domain/audit/verify.ts";
import { currentActor } from "#lib/server/current-actor.ts";
import { answering } from "#lib/server/run-action.ts";
import { services } from "#lib/server/services.ts";

export async function verifyAudit(_previous: VerifyResult, _form: FormData): Promise<VerifyResult> {
  let head: string | undefined;
  const result = await answering(async () => {
    const actor = await currentActor();
    if (actor === null) throw new BerthError("not_signed_in");
    const verdict = await verify(services(), actor);
    head = `${verdict.head.position}:${verdict.head.hash}`;
    if (verdict.fault !== null) throw new BerthError("audit_broken", { detail: verdict.fault.words });
    return {
      status: "done",
      message: `The chain adds up: ${verdict.entries.toLocaleString("en")} entries, none changed, removed or put in.`,
    };
  });
  return head === undefined ? result : { ...result, head };
}
