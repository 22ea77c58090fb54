import { gzipSync } from "node:zlib";

import { request } from "undici";

/** How many bytes of script, compressed, a browser loads for a page: all chunks that its HTML names, but those for browsers without modules. */
export async function scriptBytes(url: string, path: string, cookie: string): Promise<{ bytes: number; chunks: number }> {
  const html = await text(`${url}${path}`, cookie);
  const old = new Set([...html.matchAll(/<script[^>]*\bnoModule\b[^>]*>/gi)].flatMap(([tag]) => chunkNames(tag)));
  const chunks = [...new Set(chunkNames(html))].filter((name) => !old.has(name));
  let bytes = 0;
  for (const chunk of chunks) bytes += gzipSync(await text(`${url}${chunk}`, cookie)).length;
  return { bytes, chunks: chunks.length };
}

function chunkNames(html: string): string[] {
  return [...html.matchAll(/\/_next\/(static\/[A-Za-z0-9_./~()%-]+\.js)|"(static\/chunks\/[A-Za-z0-9_./~()%-]+\.js)/g)].map(
    (match) => `/_next/${match[1] ?? match[2]}`,
  );
}

async function text(url: string, cookie: string): Promise<string> {
  const answer = await request(url, { headers: { cookie } });
  const body = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}.`);
  return body;
}
