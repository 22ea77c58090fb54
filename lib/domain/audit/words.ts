const special: Readonly<Record<string, string>> = {
  "environment.open": "Open",
  "environment.preview": "Preview",
  "environment.redeploy": "Redeploy",
  "environment.start": "Start",
  "environment.stop": "Stop",
  "environment.destroy": "Destroy",
  "environment.restart": "Restart",
  "environment.scale": "Scale",
  "environment.reset-delay": "Try again now",
  "environment.heal": "Put right after a change outside Berth",
  "app.set": "Change app settings",
  "app.import": "Import Marathon JSON",
  "app.allow-powers": "Allow power over hosts",
  "deployment.cancel": "Cancel deployment",
  "job.run": "Run job now",
  "job.stop-run": "Stop run of job",
  "installation.set-up": "Set up Berth",
  "member.set-roles": "Set roles",
  "password.change": "Change password",
  "permissions.set": "Change permissions",
  "permissions.set-default": "Change the default permissions",
  "person.sign-out": "Sign out everywhere",
  "project.choose-cluster": "Choose cluster",
  "project.set-credential": "Set credential",
  "project.sync": "Look at the repository",
  "promotion.request": "Promote",
  "promotion.approve": "Agree to a promotion",
  "promotion.withdraw": "Withdraw a promotion",
  "promotion.start": "Start a promotion",
  "environment.rollback": "Roll back",
  "repository.push": "Push",
  "request.refuse": "More refused attempts",
  "session.create": "Sign in",
  "session.end": "End session",
  "session.sign-out": "Sign out",
  "share_link.use": "Open by share link",
  "stage.add": "Add stage",
  "stage.remove": "Remove stage",
  "project.reorder-stages": "Reorder stages",
  "stage.update": "Change stage",
  "freeze.add": "Add freeze window",
  "freeze.remove": "Lift freeze window",
  "check.rerun": "Run a check again",
  "environment.expire": "Take down what nobody touched",
  "ref.tag_moved": "A tag was moved",
  "verdict.give": "Verdict",
  "evidence.add": "Add a picture for a verdict",
  "view-as.begin": "View as",
  "view-as.end": "End view as",
  "worker.released": "Take over a dead worker’s work",
};

const verbs: Readonly<Record<string, string>> = { update: "change", set: "set", create: "create", delete: "delete" };

/** An action as people say it: environment.preview becomes “Preview”, group.add-member “Add member: group”. */
export function actionWords(action: string): string {
  const known = special[action];
  if (known !== undefined) return known;
  const [noun = action, verb = ""] = action.split(".");
  const words = (verbs[verb] ?? verb).replaceAll("-", " ");
  if (words === "") return sentence(noun);
  return sentence(words.includes(" ") ? words : `${words} ${noun.replaceAll(/[-_]/g, " ")}`);
}

const reasons: Readonly<Record<string, string>> = {
  forbidden: "no right to it",
  not_found: "not there, or not to be seen",
  credentials_wrong: "wrong e-mail or password",
  rate_limited: "too many attempts",
  identity_unknown: "identity not known",
  tag_protected: "protected tag",
  own_commit: "own work",
};

/** Why something was refused, in a few words; codes without words of their own as they are. */
export function reasonWords(code: string): string {
  return reasons[code] ?? code.replaceAll("_", " ");
}

const nouns: Readonly<Record<string, string>> = { request: "", installation: "Berth", repository: "repository" };

/** The type of an object as a word in front of its name. */
export function objectWord(type: string): string {
  return nouns[type] ?? type.replaceAll(/[-_]/g, " ");
}

/** What is offered to choose from; others may be typed into the address. */
export const actionNouns = [
  "app",
  "cluster",
  "deployment",
  "environment",
  "group",
  "job",
  "member",
  "password",
  "permissions",
  "person",
  "project",
  "promotion",
  "repository",
  "session",
  "share_link",
  "stage",
  "token",
  "variable",
  "verdict",
  "view-as",
  "worker",
] as const;

/** A value of a detail as one line. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map(valueText).join(", ");
  return JSON.stringify(value);
}

export interface Difference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly changed: boolean;
}

type Fields = Readonly<Record<string, unknown>> | null;

/** Field by field what was and what is; objects inside are told apart by their own fields. */
export function differencesOf(before: Fields, after: Fields): Difference[] {
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])].map((field) => {
    const [one, other] = [was.get(field) ?? null, is.get(field) ?? null];
    return { field, before: one, after: other, changed: one !== other };
  });
}

const depthMax = 4;

function flat(fields: Fields, prefix = "", into = new Map<string, string>(), depth = 0): Map<string, string> {
  for (const [name, value] of Object.entries(fields ?? {})) {
    const field = prefix === "" ? name : `${prefix}.${name}`;
    if (isFields(value) && depth < depthMax) flat(value, field, into, depth + 1);
    else into.set(field, valueText(value));
  }
  return into;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field's name as people read it: healthTimeoutSeconds becomes “health timeout seconds”. */
export function fieldWords(field: string): string {
  return field.replaceAll(/([a-z])([A-Z])/g, (_all, one: string, other: string) => `${one} ${other.toLowerCase()}`);
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
