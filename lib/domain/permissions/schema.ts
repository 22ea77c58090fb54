import { z } from "zod";

import { environmentVerbs } from "../access/policy.ts";

const cell = z.array(z.enum(environmentVerbs)).max(2 * environmentVerbs.length);
const row = z.strictObject({ review: cell, demo: cell, staging: cell, uat: cell, production: cell });

/** A whole matrix; a row or column left out is refused, for it would take rights away unsaid. */
export const matrixSchema = z.strictObject({ developer: row, tester: row, ops: row });

/** The fingerprint of the matrix that was read, so that nobody writes over what he has not seen. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{64}$/, "Send the fingerprint that came with the matrix.");
