import { vi } from "vitest";

/** What Next knows of the request at hand, where no Next runs: import this before anything of lib/server. */
export const atHand = { cookies: new Map<string, string>(), headers: new Headers() };

/** Nothing is kept here that could be stale. */
vi.mock("next/cache", () => ({ revalidatePath: () => undefined, revalidateTag: () => undefined }));

vi.mock("next/headers", () => ({
  headers: () => Promise.resolve(atHand.headers),
  cookies: () =>
    Promise.resolve({
      getAll: (name: string) => [...atHand.cookies].filter(([each]) => each === name).map(([each, value]) => ({ name: each, value })),
      get: (name: string) => (atHand.cookies.has(name) ? { name, value: atHand.cookies.get(name) } : undefined),
      set: () => undefined,
      delete: () => undefined,
    }),
}));
