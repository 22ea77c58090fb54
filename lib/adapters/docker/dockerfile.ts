import { BerthError } from "#lib/core/errors.ts";

/** One parser directive line; Go's idea of white space, which is narrower than JavaScript's. Newer BuildKit takes `//` as well as `#`. */
const directive = /^(?:#|\/\/)[\t\n\f\r ]*([A-Za-z][A-Za-z0-9]*)[\t\n\f\r ]*=([^\n]*)$/;
const ownFrontend = /^(?:docker\.io\/)?docker\/dockerfile(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

/**
 * Throws `dockerfile_refused` when the Dockerfile hands the build to a foreign frontend, which could do anything with it.
 * Covers every spelling some BuildKit version obeys: `# syntax=` in the leading comment lines (any case, after a byte order mark or a
 * shebang), `// syntax=`, and a JSON document with a `syntax` key. None, `docker/dockerfile` and `docker.io/docker/dockerfile` pass.
 */
export function checkDockerfile(text: string): void {
  for (const frontend of namedFrontends(text)) {
    if (!ownFrontend.test(frontend)) throw refusal(frontend);
  }
}

function namedFrontends(text: string): string[] {
  const source = text.replace(/^\uFEFF/, "");
  return [...frontendsInComments(source), ...frontendInJson(source)];
}

/** Directives count only until the first line that is none; the last one wins in old versions and the first in new ones, so all are returned. */
function frontendsInComments(source: string): string[] {
  const found: string[] = [];
  const lines = source.split("\n");
  const first = lines[0]?.startsWith("#!") ? 1 : 0;
  for (const line of lines.slice(first)) {
    const match = directive.exec(line.replace(/\r$/, ""));
    if (!match) break;
    if (match[1]?.toLowerCase() === "syntax") found.push((match[2] ?? "").trim().split(" ")[0] ?? "");
  }
  return found;
}

function frontendInJson(source: string): string[] {
  if (!/^[\t\n\r ]*\{/.test(source)) return [];
  try {
    const parsed: unknown = JSON.parse(source);
    if (typeof parsed !== "object" || parsed === null || !("syntax" in parsed)) return [];
    return typeof parsed.syntax === "string" ? [parsed.syntax.split(" ")[0] ?? ""] : [];
  } catch {
    return [];
  }
}

function refusal(frontend: string): BerthError {
  const shown = frontend.replaceAll(/[^\x21-\x7E]/g, "?").slice(0, 120);
  return new BerthError("dockerfile_refused", { detail: `# syntax=${shown} is not allowed; use docker/dockerfile or leave the line out.` });
}
