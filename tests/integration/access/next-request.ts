import { AsyncLocalStorage } from "node:async_hooks";

import { vi } from "vitest";

interface Request {
  readonly cookies: ReadonlyMap<string, string>;
  readonly headers: Headers;
}

const nobody: Request = { cookies: new Map(), headers: new Headers() };
const requests = new AsyncLocalStorage<Request>();
/** What Next knows of the request at hand, where no Next runs: import this before anything of lib/server. */
const atHand = () => requests.getStore() ?? nobody;

/** Asks with these cookies; several may ask at the same time, each with its own. */
export function withCookies<T>(cookies: ReadonlyMap<string, string>, ask: () => Promise<T>): Promise<T> {
  return requests.run({ cookies, headers: new Headers() }, ask);
}

/** Nothing is kept here that could be stale. */
vi.mock("next/cache", () => ({ revalidatePath: () => undefined, revalidateTag: () => undefined }));

vi.mock("next/headers", () => ({
  headers: () => Promise.resolve(atHand().headers),
  cookies: () => {
    const { cookies } = atHand();
    return Promise.resolve({
      getAll: (name: string) => [...cookies].filter(([each]) => each === name).map(([each, value]) => ({ name: each, value })),
      get: (name: string) => (cookies.has(name) ? { name, value: cookies.get(name) } : undefined),
      set: () => undefined,
      delete: () => undefined,
    });
  },
}));
