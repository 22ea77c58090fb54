import { z } from "zod";

import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import { commentsPerPage, writeComment } from "./comments.ts";
import type { Forge, ForgeTarget } from "./forge.ts";
import { createSend, parseAnswer } from "./send.ts";

const pulls = z.array(
  z.object({
    number: z.number().int().positive(),
    head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
  }),
);
const pagesAtMost = 10;

/** The API of Gitea and Forgejo, version 1. Gogs speaks the same as far as it goes: it knows no statuses and no list of pull requests. */
export function createGitea(http: HttpClient, { forge, apiUrl, repository, token, pullRefs }: ForgeTarget): Forge {
  const send = createSend(http, apiUrl, { authorization: `token ${token}` });
  const base = `/repos/${repository.split("/").map(encodeURIComponent).join("/")}`;
  return {
    async check() {
      await send({ path: base });
    },
    setStatus:
      forge === "gogs"
        ? null
        : async ({ commit, context, state, description, url }) => {
            await send({
              path: `${base}/statuses/${encodeURIComponent(commit)}`,
              method: "POST",
              body: { state, context, description, target_url: url },
            });
          },
    async findPullRequest(branch, commit) {
      // Gogs lists no pull requests; the youngest with this head is the one.
      if (forge === "gogs") return numberAt(await pullRefs(), commit);
      for (let page = 1; page <= pagesAtMost; page++) {
        const found = parseAnswer(await send({ path: `${base}/pulls?state=open&limit=${commentsPerPage}&page=${page}` }), pulls);
        const own = found.find(({ head }) => head.ref === branch && head.repo?.full_name.toLowerCase() === repository.toLowerCase());
        if (own !== undefined) return own.number;
        if (found.length < commentsPerPage) return null;
      }
      return null;
    },
    writeComment: (number, marker, body) =>
      writeComment(
        send,
        {
          // Gitea answers all comments of an issue at once, whatever page is asked for.
          list: (page) => (page === 1 ? `${base}/issues/${number}/comments` : `${base}/issues/${number}/comments?page=${page}`),
          create: `${base}/issues/${number}/comments`,
          edit: (id) => `${base}/issues/comments/${id}`,
          editMethod: "PATCH",
        },
        marker,
        body,
      ),
  };
}

function numberAt(refs: ReadonlyArray<{ readonly number: number; readonly commit: string }>, commit: string): number | null {
  const numbers = refs.filter((ref) => ref.commit === commit).map(({ number }) => number);
  return numbers.length === 0 ? null : Math.max(...numbers);
}
