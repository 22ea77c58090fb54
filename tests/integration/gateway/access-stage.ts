import { createHash } from "node:crypto";

import { newRandomId } from "#lib/platform/crypto/tokens.ts";

import { addHandOff, addPerson, addRole, addSession, addShareLink, addStage, addToken } from "./places.ts";
import { type Answer, type App, type AskOptions, type Stage, ask, known } from "./stage.ts";

export const host = "issue-1--shop.preview.localhost";
export const sibling = "issue-2--shop.preview.localhost";
export const missing = "issue-9--shop.preview.localhost";
export const passCookie = "__Host-berth-pass";
export const stateCookie = "__Host-berth-state";

/** What a browser sends when a person opens an address. */
export const opens = { Accept: "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none" };

export const cookie = (name: string, value: string) => ({ Cookie: `${name}=${value}` });

/** Two environments that are not for everybody, an outsider and a tester of their project who is signed in. */
export interface AccessStage extends Stage {
  readonly stageId: string;
  readonly environment: string;
  readonly siblingEnvironment: string;
  readonly tester: string;
  readonly session: string;
  readonly token: string;
  ask(options?: AskOptions, name?: string): Promise<Answer>;
  /** A pass for the environment as the browser of `session` gets it. */
  pass(session?: string): Promise<string>;
  /** A pass of a new share link of `maker`'s; with the link's code. */
  sharedPass(maker?: string): Promise<{ pass: string; code: string }>;
}

export async function openAccess(stage: Stage, app: App): Promise<AccessStage> {
  const { sql, projectId } = stage;
  const stageId = await addStage(sql, projectId, "staging", false);
  const environment = await stage.route({ host, targets: [app.target()], stageId });
  const siblingEnvironment = await stage.route({ host: sibling, targets: [app.target()], stageId });
  const tester = await addPerson(sql);
  await addRole(sql, projectId, tester, "tester");
  const session = await addSession(sql, tester);
  const token = await addToken(sql, tester);
  // Published last, seen last: when it is known, all of them are.
  await stage.route({ host: "known--shop.preview.localhost", targets: [app.target()] });
  await known(stage, "known--shop.preview.localhost");
  const askHost = (options: AskOptions = {}, name = host) => ask(stage.gateway.port, name, options);
  return {
    ...stage,
    stageId,
    environment,
    siblingEnvironment,
    tester,
    session,
    token,
    ask: askHost,
    async pass(of = session) {
      const state = newRandomId();
      const code = await addHandOff(sql, of, environment, sha256(state));
      return valueOf(await askHost({ path: `/.berth/enter?code=${code}&path=/`, headers: cookie(stateCookie, state) }), passCookie);
    },
    async sharedPass(maker = tester) {
      const code = await addShareLink(sql, maker, environment);
      return { code, pass: valueOf(await askHost({ path: `/?share=${code}`, headers: opens }), passCookie) };
    },
  };
}

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The value that an answer sets for a cookie; throws with the answer when it sets none. */
export function valueOf(answer: Answer, name: string): string {
  const line = (answer.headers["set-cookie"] ?? []).find((entry) => entry.startsWith(`${name}=`));
  const value = line?.slice(name.length + 1).split(";")[0];
  if (value === undefined) throw new Error(`No ${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
  return value;
}
