import { z } from "zod";

import { ForgeError } from "./forge.ts";
import { type Send, parseAnswer } from "./send.ts";

/** Where the comments of a pull request are, in one forge's words. */
export interface CommentPlaces {
  /** The list, with `?page=` or `&page=` left to be added. */
  readonly list: (page: number) => string;
  readonly create: string;
  readonly edit: (id: number) => string;
  readonly editMethod: "PATCH" | "PUT";
}

const comments = z.array(z.object({ id: z.number().int(), body: z.string().nullish() }));
/** A pull request with more comments than this gets a second one of ours. */
const pagesAtMost = 20;
export const commentsPerPage = 50;

/** Edits the comment with the marker, or makes it. One that was deleted meanwhile is made anew. */
export async function writeComment(send: Send, places: CommentPlaces, marker: string, body: string): Promise<void> {
  const own = await findOwn(send, places, marker);
  if (own === null) {
    await send({ path: places.create, method: "POST", body: { body } });
    return;
  }
  if (own.body === body) return;
  try {
    await send({ path: places.edit(own.id), method: places.editMethod, body: { body } });
  } catch (error) {
    if (!(error instanceof ForgeError && error.problem === "not_found")) throw error;
    await send({ path: places.create, method: "POST", body: { body } });
  }
}

async function findOwn(send: Send, places: CommentPlaces, marker: string): Promise<{ id: number; body: string } | null> {
  for (let page = 1; page <= pagesAtMost; page++) {
    const found = parseAnswer(await send({ path: places.list(page) }), comments);
    const own = found.find(({ body }) => body?.includes(marker) === true);
    if (own !== undefined) return { id: own.id, body: own.body ?? "" };
    if (found.length < commentsPerPage) return null;
  }
  return null;
}
