import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { AuditFields } from "../../audit/write.ts";
import { defineCommand } from "../../command.ts";
import { loadProject } from "../../projects/load.ts";
import { countHolders, loadDefaultMatrix, loadProjectMatrix, lockMatrices, rowsOf } from "../load.ts";
import { fingerprintSchema, matrixSchema } from "../schema.ts";
import { type Matrix, type MatrixChange, changesBetween, changeWords, normalMatrix, peopleConcerned } from "../words.ts";

/** What a change of a matrix did, in words. */
export interface MatrixWritten {
  readonly fingerprint: string;
  /** "tester · UAT: + deploy, − promote" */
  readonly changes: readonly string[];
  /** What was added because nobody can work on what he does not see. */
  readonly completed: readonly string[];
  readonly people: number;
  readonly before: AuditFields;
  readonly after: AuditFields;
}

/** Replaces the platform's default matrix. `conflict` when it is no longer the one with the fingerprint sent. */
export const setDefaultPermissions = defineCommand({
  name: "permissions.set-default",
  input: z.strictObject({ matrix: matrixSchema, fingerprint: fingerprintSchema }),
  async load(tx) {
    await lockMatrices(tx);
    return loadDefaultMatrix(tx);
  },
  verb: "manage_permissions",
  object: () => ({ type: "platform" }) as const,
  gate: ({ fingerprint }, input) => refuseStale(fingerprint, input.fingerprint),
  async perform(tx, loaded, input): Promise<MatrixWritten> {
    const matrix = normalMatrix(input.matrix);
    const changes = changesBetween(loaded.matrix, matrix);
    await tx.permission.deleteMany();
    await tx.permission.createMany({ data: rowsOf(matrix) });
    const { fingerprint } = await loadDefaultMatrix(tx);
    return {
      fingerprint,
      ...told(loaded.matrix, matrix, input.matrix, changes),
      people: peopleConcerned(await countHolders(tx, null), changes),
    };
  },
  subject: (_loaded, _input, { before, after }) => ({ objectType: "permissions", objectId: null, projectId: null, before, after }),
});

/**
 * Gives a project a matrix of its own, whole, instead of the platform's default; without `matrix` the default counts again.
 * `conflict` when what counts is no longer what has the fingerprint sent.
 */
export const setProjectPermissions = defineCommand({
  name: "permissions.set",
  input: z.strictObject({ project: z.string().min(1).max(64), matrix: matrixSchema.nullable(), fingerprint: fingerprintSchema }),
  async load(tx, { project }) {
    const { id, slug } = await loadProject(tx, project);
    await lockMatrices(tx);
    return { id, slug, ...(await loadProjectMatrix(tx, id)) };
  },
  verb: "administer",
  object: ({ id }) => ({ type: "project", projectId: id }) as const,
  gate: ({ fingerprint }, input) => refuseStale(fingerprint, input.fingerprint),
  async perform(tx, loaded, input): Promise<MatrixWritten> {
    const own = input.matrix !== null;
    const matrix = input.matrix === null ? loaded.defaults : normalMatrix(input.matrix);
    const changes = changesBetween(loaded.matrix, matrix);
    await storeOwn(tx, loaded.id, own ? matrix : null);
    await appendEvent(tx, { kind: "project.changed", projectId: loaded.id });
    const words = told(loaded.matrix, matrix, input.matrix ?? matrix, changes);
    return {
      fingerprint: (await loadProjectMatrix(tx, loaded.id)).fingerprint,
      ...words,
      before: loaded.own === own ? words.before : { own: loaded.own, ...words.before },
      after: loaded.own === own ? words.after : { own, ...words.after },
      people: peopleConcerned(await countHolders(tx, loaded.id), changes),
    };
  },
  subject: ({ id, slug }, _input, { before, after }) => ({
    objectType: "permissions",
    objectId: id,
    projectId: id,
    detail: { project: slug },
    before,
    after,
  }),
});

async function storeOwn(tx: Transaction, projectId: string, matrix: Matrix | null): Promise<void> {
  await tx.projectPermission.deleteMany({ where: { projectId } });
  if (matrix !== null) await tx.projectPermission.createMany({ data: rowsOf(matrix).map((row) => ({ projectId, ...row })) });
  await tx.project.update({ where: { id: projectId }, data: { ownPermissions: matrix !== null }, select: { id: true } });
}

function refuseStale(current: string, sent: string): void {
  if (current !== sent) throw new BerthError("conflict", { detail: "Somebody changed these permissions after you read them." });
}

function told(before: Matrix, after: Matrix, sent: Matrix, changes: readonly MatrixChange[]) {
  return {
    changes: changes.map(changeWords),
    completed: changesBetween(sent, after).map(changeWords),
    before: cellsOf(before, changes),
    after: cellsOf(after, changes),
  };
}

/** The cells that changed, for the audit log. */
function cellsOf(matrix: Matrix, changes: readonly MatrixChange[]): AuditFields {
  return Object.fromEntries(changes.map(({ role, stageKind }) => [`${role} ${stageKind}`, [...matrix[role][stageKind]]]));
}
