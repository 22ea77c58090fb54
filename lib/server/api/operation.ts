import type { z } from "zod";

import type { Actor } from "#lib/domain/access/policy.ts";

import type { Services } from "../services.ts";

export interface Call<P, Q, B> {
  readonly services: Services;
  readonly actor: Actor;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly request: Request;
}

/** One operation of the REST interface: the whole of it, so that routing, checking and the OpenAPI document cannot disagree. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below /api/v1, with {names}. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  readonly success: { readonly status: number; readonly schema: z.ZodType | null; readonly contentType?: string };
  readonly run: (call: Call<unknown, unknown, unknown>) => Promise<unknown>;
}

interface Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType> {
  readonly method: Operation["method"];
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly success: { readonly status: number; readonly schema?: R; readonly contentType?: string };
  /** The answer as the schema says it, or a Response of its own making. */
  readonly run: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<R> | Response>;
}

/** Declares an operation. What comes in was checked by its schemas; what goes out is cut to its schema, so that nothing slips out. */
export function operation<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
  definition: Definition<P, Q, B, R>,
): Operation {
  const { params, query, body, success } = definition;
  return {
    ...definition,
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    success: { ...success, schema: success.schema ?? null },
    async run(call) {
      // The dispatcher has parsed these three with the very schemas the types come from.
      const parsed = {
        ...call,
        params: params?.parse(call.params) ?? call.params,
        query: query?.parse(call.query) ?? call.query,
        body: call.body,
      };
      // oxlint-disable-next-line typescript/consistent-type-assertions -- the compiler cannot follow that a missing schema goes with a missing part
      const result = await definition.run(parsed as Call<z.output<P>, z.output<Q>, z.output<B>>);
      return result instanceof Response || success.schema === undefined ? result : success.schema.parse(result);
    },
  };
}
