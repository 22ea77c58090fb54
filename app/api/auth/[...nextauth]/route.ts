import { authDoor } from "#lib/server/next-auth-door.ts";

export const dynamic = "force-dynamic";

interface Context {
  readonly params: Promise<{ readonly nextauth: string[] }>;
}

async function answer(request: Request, { params }: Context): Promise<Response> {
  return authDoor(request, (await params).nextauth);
}

export { answer as GET, answer as POST };
