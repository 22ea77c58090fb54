import type { z } from "zod";

import type { HttpAnswer, HttpClient } from "#lib/platform/outbound-http/client.ts";
import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

import { ForgeError, type ForgeProblem } from "./forge.ts";

export interface ForgeRequest {
  /** Below the API's address, beginning with a slash. */
  readonly path: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH";
  readonly body?: unknown;
}

export type Send = (request: ForgeRequest) => Promise<HttpAnswer>;

const saidAtMost = 200;

/** How one forge is asked: its address, its credential, and its refusals in our words. */
export function createSend(http: HttpClient, apiUrl: string, headers: Readonly<Record<string, string>>): Send {
  return async ({ path, method = "GET", body }) => {
    const answer = await http
      .request({
        url: `${apiUrl}${path}`,
        method,
        headers: { accept: "application/json", ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      .catch((error: unknown) => {
        if (!isHttpError(error)) throw error;
        throw new ForgeError(error.kind === "forbidden" ? "refused" : "unavailable", error.message, { cause: error });
      });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new ForgeError(problemOf(answer), `The forge answered ${answer.status}${said(answer)}`);
  };
}

/** The answer's JSON as `schema` says, or ForgeError. */
export function parseAnswer<S extends z.ZodType>(answer: HttpAnswer, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(answer.body.toString("utf8")));
  } catch (error) {
    throw new ForgeError("refused", "The forge answered in a way Berth does not understand.", { cause: error });
  }
}

function problemOf({ status, headers }: HttpAnswer): ForgeProblem {
  if (status === 429 || (status === 403 && headers["x-ratelimit-remaining"] === "0")) return "rate_limited";
  if (status === 401 || status === 403) return "unauthorised";
  if (status === 404) return "not_found";
  return status >= 500 ? "unavailable" : "refused";
}

function said({ body }: HttpAnswer): string {
  const text = body
    .toString("utf8")
    .slice(0, saidAtMost)
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .trim();
  return text === "" ? "." : `: ${text}`;
}
