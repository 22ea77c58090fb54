import { z } from "zod";

import { type BoardCard, getBoard } from "#lib/domain/board/queries.ts";

import { operation } from "./operation.ts";
import { slugParams, time } from "./schemas.ts";

const cardSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    ref: z.object({ kind: z.enum(["branch", "tag"]), name: z.string() }).nullable(),
    url: z.string(),
    status: z.string().meta({ description: "starting, healthy, unhealthy, crashing, stopped, missing, unknown or none" }),
    release: z
      .object({
        number: z.number(),
        commit: z.string(),
        digest: z.string(),
        subject: z.string().nullable(),
        author: z.string().nullable(),
      })
      .nullable(),
    verdict: z.object({
      state: z.enum(["none", "approved", "rejected", "not_testable", "void"]),
      by: z.string().nullable(),
      words: z.string().nullable(),
    }),
    rejection: z
      .object({ environment: z.string(), by: z.string(), words: z.string() })
      .nullable()
      .meta({ description: "The rejection that the branch carries until a later build answers it" }),
    tagMovedTo: z.string().nullable(),
    onward: z
      .object({
        stage: z.string(),
        state: z.enum(["none", "same", "differs"]),
        commits: z.number().nullable(),
        back: z.number().nullable().meta({ description: "Commits that run there and not here" }),
        variables: z.number().nullable(),
        frozen: z.string().nullable(),
        ready: z.boolean(),
      })
      .nullable()
      .meta({ description: "What lies between this environment and the stage it would be promoted to" }),
    changedAt: time,
  })
  .meta({ id: "BoardCard" });

const boardSchema = z
  .object({
    project: z.string(),
    stages: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        kind: z.enum(["review", "demo", "staging", "uat", "production"]),
        starts: z.enum(["on_push", "on_click", "by_promotion"]),
        total: z.number(),
        environments: z.array(cardSchema),
        refs: z.array(z.object({ kind: z.enum(["branch", "tag"]), name: z.string(), commit: z.string() })),
      }),
    ),
  })
  .meta({ id: "Board" });

function cardJson({ id, name, ref, url, serving, release, standing, rejection, tagMovedTo, onward, changedAt }: BoardCard) {
  return {
    id,
    name,
    ref,
    url,
    status: serving,
    release,
    verdict: standing,
    rejection: rejection === null ? null : { environment: rejection.environmentName, by: rejection.by, words: rejection.words },
    tagMovedTo,
    onward:
      onward === null
        ? null
        : {
            stage: onward.stage.title,
            state: onward.state,
            commits: onward.commits,
            back: onward.back,
            variables: onward.variables,
            frozen: onward.frozen,
            ready: onward.ready,
          },
    changedAt,
  };
}

/** Where is what, as the board shows it. */
export const boardOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/board",
    id: "getBoard",
    summary: "What runs in which stage, and what lies between the stages; the newest twelve of each, or more of one",
    tag: "projects",
    params: slugParams,
    query: z.object({ stage: z.string().max(64).optional() }),
    success: { status: 200, schema: boardSchema },
    async run({ services, actor, params, query }) {
      const { project, columns } = await getBoard(services, actor, params.slug, query.stage ?? null);
      return {
        project: project.slug,
        stages: columns.map(({ stage, total, cards, refs }) => ({
          name: stage.name,
          title: stage.title,
          kind: stage.kind,
          starts: stage.starts,
          total,
          environments: cards.map(cardJson),
          refs: refs.map(({ kind, name, commit }) => ({ kind, name, commit })),
        })),
      };
    },
  }),
];
