import { z } from "zod";

import type { Operation } from "./operation.ts";
import { healthSchema, problemSchema } from "./schemas.ts";

/** The OpenAPI 3.1 document, made from the very schemas that check requests and cut answers. */
export function openApiDocument(
  operations: readonly Operation[],
  settings: { readonly dashboardOrigin: string; readonly version: string },
) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Berth",
      version: settings.version,
      description: "Review environments for every branch and a tested path to production. Errors are RFC 9457 problems with stable codes.",
    },
    servers: [{ url: `${settings.dashboardOrigin}/api/v1` }],
    security: [{ token: [] }],
    paths: {
      ...paths,
      "/../health": {
        get: {
          operationId: "getHealth",
          summary: "State of every part",
          security: [],
          responses: { 200: response("State", healthSchema) },
        },
      },
    },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer", description: "An API token from your account page" } } },
  };
}

function describe(operation: Operation) {
  const parameters = [...parametersOf(operation.params, "path"), ...parametersOf(operation.query, "query")];
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body === null
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(operation.body, "input") } } } }),
    responses: {
      [operation.success.status]:
        operation.success.schema === null
          ? {
              description: "Done",
              content: {
                [operation.success.contentType ?? "text/plain"]: { schema: { type: "string" } },
                "text/event-stream": { schema: { type: "string" } },
              },
            }
          : response("Done", operation.success.schema),
      default: { description: "A problem", content: { "application/problem+json": { schema: jsonSchema(problemSchema, "output") } } },
    },
  };
}

function parametersOf(schema: z.ZodObject | null, place: "path" | "query") {
  if (schema === null) return [];
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path",
    schema: jsonSchema(field, "input"),
  }));
}

function response(description: string, schema: z.ZodType) {
  return { description, content: { "application/json": { schema: jsonSchema(schema, "output") } } };
}

/** JSON Schema 2020-12 is what OpenAPI 3.1 speaks. Named pieces stand in place, so that the document needs no references. */
function jsonSchema(schema: z.core.$ZodType, io: "input" | "output"): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, reused: "inline", unrepresentable: "any" });
  return rest;
}
