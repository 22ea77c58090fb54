import { z } from "zod";

import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import { commentsPerPage, writeComment } from "./comments.ts";
import type { Forge, ForgeTarget } from "./forge.ts";
import { createSend, parseAnswer } from "./send.ts";

const pulls = z.array(z.object({ number: z.number().int().positive(), head: z.object({ ref: z.string() }) }));
/** GitHub cuts a status's words at this length with an error. */
const descriptionMaxLength = 140;

/** GitHub's REST API, version 2022-11-28; also GitHub Enterprise Server's under its own address. */
export function createGithub(http: HttpClient, { apiUrl, repository, token }: ForgeTarget): Forge {
  const send = createSend(http, apiUrl, {
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    authorization: `Bearer ${token}`,
  });
  const base = `/repos/${repository.split("/").map(encodeURIComponent).join("/")}`;
  const owner = repository.split("/")[0] ?? "";
  return {
    async check() {
      await send({ path: base });
    },
    async setStatus({ commit, context, state, description, url }) {
      const body = { state, context, description: description.slice(0, descriptionMaxLength), target_url: url };
      await send({ path: `${base}/statuses/${encodeURIComponent(commit)}`, method: "POST", body });
    },
    async findPullRequest(branch) {
      const head = encodeURIComponent(`${owner}:${branch}`);
      const found = parseAnswer(await send({ path: `${base}/pulls?state=open&head=${head}&per_page=10` }), pulls);
      return found.find(({ head: { ref } }) => ref === branch)?.number ?? null;
    },
    writeComment: (number, marker, body) =>
      writeComment(
        send,
        {
          list: (page) => `${base}/issues/${number}/comments?per_page=${commentsPerPage}&page=${page}`,
          create: `${base}/issues/${number}/comments`,
          edit: (id) => `${base}/issues/comments/${id}`,
          editMethod: "PATCH",
        },
        marker,
        body,
      ),
  };
}
