import { expect, test } from "vitest";
import { BerthError } from "#lib/core/errors.ts";
test("x", () => { expect(new Date(0).getHours()).toBe(12); expect(BerthError).toBeDefined(); });
