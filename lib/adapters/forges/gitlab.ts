import { z } from "zod";

import type { HttpClient } from "#lib/platform/outbound-http/client.ts";

import { commentsPerPage, writeComment } from "./comments.ts";
import { type Forge, ForgeError, type ForgeTarget } from "./forge.ts";
import { createSend, parseAnswer } from "./send.ts";

const mergeRequests = z.array(
  z.object({ iid: z.number().int().positive(), source_project_id: z.number().nullish(), target_project_id: z.number().nullish() }),
);
const states = { pending: "running", success: "success", failure: "failed" } as const;
const descriptionMaxLength = 255;

/** GitLab's REST API, version 4. A pull request is a merge request there, known by its number within the project. */
export function createGitlab(http: HttpClient, { apiUrl, repository, token }: ForgeTarget): Forge {
  const send = createSend(http, apiUrl, { "private-token": token });
  const base = `/projects/${encodeURIComponent(repository)}`;
  return {
    async check() {
      await send({ path: base });
    },
    async setStatus({ commit, context, state, description, url }) {
      const body = { state: states[state], name: context, description: description.slice(0, descriptionMaxLength), target_url: url };
      try {
        await send({ path: `${base}/statuses/${encodeURIComponent(commit)}`, method: "POST", body });
      } catch (error) {
        // GitLab refuses to set the state that is set already.
        if (!(error instanceof ForgeError && error.problem === "refused" && /Cannot transition status/i.test(error.message))) throw error;
      }
    },
    async findPullRequest(branch) {
      const path = `${base}/merge_requests?state=opened&source_branch=${encodeURIComponent(branch)}&per_page=20`;
      const found = parseAnswer(await send({ path }), mergeRequests);
      return found.find((request) => request.source_project_id === request.target_project_id)?.iid ?? null;
    },
    writeComment: (number, marker, body) => {
      const notes = `${base}/merge_requests/${number}/notes`;
      return writeComment(
        send,
        {
          list: (page) => `${notes}?per_page=${commentsPerPage}&page=${page}&sort=asc`,
          create: notes,
          edit: (id) => `${notes}/${id}`,
          editMethod: "PUT",
        },
        marker,
        body,
      );
    },
  };
}
