import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Every single check of the policy, made switchable: a transform of the source gives each call of `authorise`, `may` and the filters built
 * on them a name, and this says which of them were asked, which refused, and which one is to answer "yes" whatever it is asked.
 */
export interface Checks {
  /** The check that lets everybody through. */
  broken: string | null;
  /** What refused, or left something out, since it was last emptied; where questions are asked one by one. */
  readonly refused: Set<string>;
  /** An answer with what refused on the way to it, whatever else is asked meanwhile. */
  readonly during: <T>(ask: () => Promise<T>) => Promise<{ readonly answer: T; readonly refused: ReadonlySet<string> }>;
  readonly authorise: (name: string, check: (...given: never[]) => void, ...given: never[]) => void;
  readonly may: (name: string, check: (...given: never[]) => boolean, ...given: never[]) => boolean;
  readonly kinds: (name: string, check: (...given: never[]) => string[], ...given: never[]) => string[];
  readonly projects: (name: string, check: (...given: never[]) => object, ...given: never[]) => object;
}

declare global {
  // oxlint-disable-next-line no-var -- only var declares a property of the global object
  var berthChecks: Checks | undefined;
}

const everyKind = ["review", "demo", "staging", "uat", "production"];

export function installChecks(): Checks {
  const refused = new Set<string>();
  const asking = new AsyncLocalStorage<Set<string>>();
  const note = (name: string) => (asking.getStore() ?? refused).add(name);
  const checks: Checks = {
    broken: null,
    refused,
    async during(ask) {
      const here = new Set<string>();
      const answer = await asking.run(here, ask);
      return { answer, refused: here };
    },
    authorise(name, check, ...given) {
      if (checks.broken === name) return;
      try {
        check(...given);
      } catch (error) {
        note(name);
        throw error;
      }
    },
    may(name, check, ...given) {
      if (checks.broken === name) return true;
      const answer = check(...given);
      if (!answer) note(name);
      return answer;
    },
    kinds(name, check, ...given) {
      if (checks.broken === name) return everyKind;
      const answer = check(...given);
      if (answer.length < everyKind.length) note(name);
      return answer;
    },
    projects(name, check, ...given) {
      if (checks.broken === name) return { deletedAt: null };
      const answer = check(...given);
      if ("id" in answer) note(name);
      return answer;
    },
  };
  return (globalThis.berthChecks = checks);
}

const kindsOfCheck: Readonly<Record<string, keyof Checks>> = {
  authorise: "authorise",
  may: "may",
  kindsWhere: "kinds",
  projectsVisibleTo: "projects",
};

/** The source with every check given its name, and the names. `file` is the path in the repository. */
export function nameChecks(source: string, file: string): { readonly code: string; readonly names: readonly string[] } {
  const names: string[] = [];
  const code = source
    .split("\n")
    .map((line) => {
      if (/^\s*(?:\/\/|\/?\*|import )/.test(line) || /function (?:authorise|may|kindsWhere|projectsVisibleTo)\b/.test(line)) return line;
      return line.replace(/(?<![.\w"'`])(authorise|may|kindsWhere|projectsVisibleTo)(?:<[\w]+>)?\((?!\))/g, (_all, check: string) => {
        // One call in defineCommand stands for every command: each is named after its own.
        const isCommand = file === "lib/domain/command.ts";
        const name = `${file}:${check}:${names.length + 1}`;
        names.push(name);
        return `globalThis.berthChecks.${kindsOfCheck[check]}(${isCommand ? '"command " + definition.name' : JSON.stringify(name)}, ${check}, `;
      });
    })
    .join("\n");
  return { code, names };
}
