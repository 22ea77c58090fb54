import { randomUUID } from "node:crypto";

import type { StageKind } from "#lib/platform/database/client.ts";

import type { Place, Spot, World } from "./world.ts";

/** What a cell asks about: one of the projects, nothing there is, or something that can be no id. */
export interface Target {
  readonly place: Place | "unknown" | "malformed";
  readonly kind: StageKind;
  readonly slug: string;
  readonly projectId: string;
  readonly spot: Spot;
}

const nowhere = randomUUID();
const nothing = "no-such-thing";

export function targetAt(world: World, place: Place, kind: StageKind): Target {
  const { id, slug, spots } = world.projects[place];
  return { place, kind, slug, projectId: id, spot: spots[kind] };
}

export function unknownTarget(kind: StageKind): Target {
  return absent("unknown", kind, nowhere, nothing);
}

export function malformedTarget(kind: StageKind, text: string): Target {
  return absent("malformed", kind, text, text);
}

function absent(place: Target["place"], kind: StageKind, id: string, name: string): Target {
  const spot = {
    kind,
    stageId: id,
    stageName: name,
    ref: name,
    name: `${name}/${name}`,
    environmentId: id,
    host: `${name}.preview.localhost`,
    deploymentId: id,
    variableId: id,
    sharedDeploymentId: id,
    shareLinkId: id,
    promotionId: id,
    noteId: id,
    openNoteId: id,
    evidenceId: id,
    checkId: id,
    jobId: id,
    jobRunId: id,
    freezeId: id,
    hookId: id,
    sentId: id,
    receivedId: place === "unknown" ? "999999999" : id,
    handOverId: id,
    auditSeq: place === "unknown" ? "999999999" : id,
  };
  return { place, kind, slug: name, projectId: id, spot };
}
