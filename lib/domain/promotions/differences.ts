/** One variable or setting that would be another. A secret's value is never told: only that it is another one. */
export interface Difference {
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  readonly secret: boolean;
  readonly before: string | null;
  readonly after: string | null;
}

type Fields = Readonly<Record<string, unknown>>;
/** A setting may be a long list; more of it says nothing more. */
const valueMaxLength = 300;

/** What changes from one set of fields to another, by name. Pure. */
export function differencesOf(before: Fields, after: Fields): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [Object.hasOwn(before, name) ? before[name] : null, Object.hasOwn(after, name) ? after[name] : null];
    if (canonical(was) === canonical(is)) return [];
    const secret = isSecret(was) || isSecret(is);
    const change = was === null || was === undefined ? "added" : is === null || is === undefined ? "removed" : "changed";
    return [{ name, change, secret, before: textOf(was), after: textOf(is) } as const];
  });
}

/** Variables are kept as `{value}` or, for secrets, as the id of the sealed version: another version is another value. */
function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secretId" in value;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (isSecret(value)) return "••••••";
  const plain = typeof value === "object" && "value" in value ? value.value : value;
  const text = typeof plain === "string" ? plain : JSON.stringify(plain);
  return text.length > valueMaxLength ? `${text.slice(0, valueMaxLength)}…` : text;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
