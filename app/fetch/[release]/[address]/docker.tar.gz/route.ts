import { openArchive } from "#lib/domain/registry-archives/queries.ts";
import { problemResponse } from "#lib/server/api/answer.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/** The registry's credentials for an agent that is about to start a task. Agents have no accounts: the signed address is what opens it. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ readonly release: string; readonly address: string }> },
): Promise<Response> {
  try {
    const { release, address } = await params;
    const archive = await openArchive(services().database, release, address);
    return new Response(new Uint8Array(archive), {
      headers: {
        "content-type": "application/gzip",
        "content-disposition": 'attachment; filename="docker.tar.gz"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return problemResponse(error);
  }
}
