/** A browser without pages: it keeps cookies by host, follows redirects and goes on where a page says so at once. */
export interface Browser {
  /** Cookies by host and name. */
  readonly jar: Map<string, Map<string, string>>;
  get(url: string): Promise<Page>;
  post(url: string, form: Readonly<Record<string, string>>): Promise<Page>;
  /** One request, followed nowhere. */
  once(url: string, init?: { form?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> }): Promise<Page>;
}
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const stepsAtMost = 15;

export function openBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();
  const cookiesFor = (url: URL) => [...(jar.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");

  async function once(address: string, { form, headers = {} }: Parameters<Browser["once"]>[1] = {}): Promise<Page> {
    const url = new URL(address);
    const sent = form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) };
    const own = { ...(cookiesFor(url) === "" ? {} : { cookie: cookiesFor(url) }), ...(form === undefined ? {} : { origin: url.origin }) };
    const response = await fetch(url, { ...sent, redirect: "manual", headers: { "user-agent": "Test browser", ...own, ...headers } });
    const kept = jar.get(url.hostname) ?? new Map<string, string>();
    jar.set(url.hostname, kept);
    for (const line of response.headers.getSetCookie()) keep(kept, line);
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  async function follow(first: Page): Promise<Page> {
    let page = first;
    for (let step = 0; step < stepsAtMost; step += 1) {
      const next = page.headers.get("location") ?? /^0; url=(.+)$/.exec(page.headers.get("refresh") ?? "")?.[1];
      if (next === undefined) return page;
      page = await once(new URL(next, page.url).href);
    }
    throw new Error(`${page.url.href} leads on and on`);
  }

  return {
    jar,
    once,
    get: async (url) => follow(await once(url)),
    post: async (url, form) => follow(await once(url, { form })),
  };
}

function keep(kept: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const name = pair.slice(0, pair.indexOf("="));
  const isOver = attributes.some((attribute) => {
    const [key = "", value = ""] = attribute.split("=");
    return (/^max-age$/i.test(key) && Number(value) <= 0) || (/^expires$/i.test(key) && Date.parse(attribute.slice(8)) <= Date.now());
  });
  if (isOver) kept.delete(name);
  else kept.set(name, pair.slice(name.length + 1));
}
