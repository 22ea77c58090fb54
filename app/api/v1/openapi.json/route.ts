import { version } from "#lib/domain/health/queries.ts";
import { openApiDocument } from "#lib/server/api/openapi.ts";
import { operations } from "#lib/server/api/registry.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

export function GET(): Response {
  return Response.json(openApiDocument(operations, { dashboardOrigin: services().settings.dashboardOrigin, version }));
}
