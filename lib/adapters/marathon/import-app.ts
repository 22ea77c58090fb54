import { renderApp } from "./app-json.ts";
import { type WireAppJson, appJsonSchema } from "./definition-wire.ts";
import type { AppDefinition } from "./definition.ts";
import { dialectOf } from "./dialect.ts";
import { JsonTextError, type LocatedJson, readJsonWithLines } from "./json-lines.ts";
import { readDefinition } from "./read-definition.ts";
import { type JsonPath, remainderOf } from "./remainder.ts";

/** Something about a line of what was pasted. */
export interface ImportNote {
  /** From 1. */
  readonly line: number;
  /** `/container/docker/image`; empty = the whole. */
  readonly path: string;
  readonly text: string;
}

export type ImportedApp =
  | {
      readonly app: AppDefinition;
      /** What Berth does not take over: not in `app`, and to be shown to whoever imports. */
      readonly notUnderstood: readonly ImportNote[];
      readonly problems: readonly [];
    }
  | { readonly app: null; readonly notUnderstood: readonly []; readonly problems: readonly ImportNote[] };

const longestText = 1024 * 1024;
const problemsAtMost = 20;

/**
 * Reads what people send to `/v2/apps`, in the dialect of any version: one app, a list with one app, or an answer with the app inside. What
 * Marathon itself adds to its answers is passed over. Never throws: what is wrong is in `problems`, line by line.
 */
export function parseMarathonApp(text: string): ImportedApp {
  if (text.length > longestText) return refused([{ line: 1, path: "", text: "That is more than a megabyte; one app is far less." }]);
  let json: LocatedJson;
  try {
    json = readJsonWithLines(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    return refused([{ line: error.line, path: "", text: error.message.slice(error.message.indexOf(": ") + 2) }]);
  }
  const { value, at, problem } = unwrap(json.value);
  if (problem !== null) return refused([{ line: json.lineOf(at), path: "", text: problem }]);
  const parsed = appJsonSchema.safeParse(value);
  const note = (path: JsonPath, words: string): ImportNote => ({
    line: json.lineOf([...at, ...path]),
    path: path.length === 0 ? "" : `/${path.join("/")}`,
    text: words,
  });
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, problemsAtMost);
    return refused(
      problems.map((issue) =>
        note(
          issue.path.filter((part) => typeof part !== "symbol"),
          issue.message,
        ),
      ),
    );
  }
  const contradictions = contradictionsOf(parsed.data);
  if (contradictions.length > 0) return refused(contradictions.map(([path, words]) => note(path, words)));
  return {
    app: readDefinition(parsed.data),
    notUnderstood: remainderOf(parsed.data).map((path) => note(path, wordsOf(path))),
    problems: [],
  };
}

/** The JSON to send to a Marathon of this version (the newest when not given), as parseMarathonApp reads it again. Throws `marathon_refused`. */
export function exportMarathonApp(app: AppDefinition, version = ""): string {
  return `${JSON.stringify(renderApp(app, dialectOf(version)), null, 2)}\n`;
}

function refused(problems: readonly ImportNote[]): ImportedApp {
  return { app: null, notUnderstood: [], problems };
}

/** The app inside of what was pasted. */
function unwrap(value: unknown): { value: unknown; at: JsonPath; problem: string | null } {
  const bad = (problem: string, at: JsonPath = []) => ({ value: null, at, problem });
  if (Array.isArray(value)) {
    if (value.length === 1) return { value: value[0], at: [0], problem: null };
    return value.length === 0 ? bad("There is no app in this list.") : bad(`These are ${value.length} apps: one at a time.`, [1]);
  }
  if (typeof value !== "object" || value === null) return bad("This is no app: an object in braces is missing.");
  if ("id" in value && ("apps" in value || "groups" in value)) return bad("This is a group, not an app: take one of its apps.");
  if ("app" in value && !("id" in value)) return { value: value.app, at: ["app"], problem: null };
  return { value, at: [], problem: null };
}

/** What Marathon refuses to have together, said by the line. */
function contradictionsOf(app: WireAppJson): [JsonPath, string][] {
  const docker = app.container?.docker;
  const networks = app.networks ?? [];
  const isHost = networks.length > 0 ? networks.every(({ mode }) => mode === "host") : docker?.network === "HOST";
  const hasMappings = [docker?.portMappings, app.container?.portMappings].some((mappings) => mappings != null && mappings.length > 0);
  const found: [JsonPath, string, boolean][] = [
    [["args"], "an app has cmd or args, not both", app.cmd != null && app.args != null && app.args.length > 0],
    [
      ["networks"],
      "networks and container.docker.network say the same thing twice: keep one",
      networks.length > 0 && docker?.network != null,
    ],
    [
      ["fetch"],
      "uris and fetch say the same thing twice: keep one",
      (app.uris ?? []).length > 0 && (app.fetch ?? []).length > 0 && !sameFiles(app),
    ],
    [["container"], "a host network has no port mappings; use portDefinitions", isHost && hasMappings],
    [
      ["cmd"],
      "an app needs a command, arguments or a container",
      app.cmd == null && (app.args ?? []).length === 0 && app.container == null,
    ],
  ];
  const checks = (app.healthChecks ?? []).flatMap((check, index): [JsonPath, string, boolean][] => [
    [["healthChecks", index], "a COMMAND check needs a command with a value", check.protocol === "COMMAND" && check.command == null],
  ]);
  return [...found, ...checks].filter(([, , isWrong]) => isWrong).map(([path, words]) => [path, words]);
}

/** Answers up to 1.4 carry both lists. */
function sameFiles(app: WireAppJson): boolean {
  return (app.fetch ?? []).map((file) => file.uri).join("\n") === (app.uris ?? []).join("\n");
}

function wordsOf(path: JsonPath): string {
  if (path[0] === "env") return "a variable with a secret of Marathon's: set it as a secret of Berth's";
  if (path.at(-1) === "privileged") return "Berth starts no privileged containers";
  if (path.at(-1) === "volumes") return "Berth gives containers no volumes";
  return "Berth does not set this";
}
