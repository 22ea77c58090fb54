import { Script, createContext } from "node:vm";

interface Place {
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** How many tasks of the app there are already, all of them here. */
  readonly siblings: number;
}

const operators = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS"];
/** Milliseconds a pattern may think about one value; a busy machine is given a second chance. */
const patternLimit = 250;
const longestPattern = 200;

/** What is wrong with a constraint, in Marathon's words; empty when it can be asked. */
export function constraintProblems([field = "", operator = "", value]: readonly string[]): string[] {
  if (field === "") return ["the field must not be empty"];
  switch (operator) {
    case "UNIQUE":
      return value === undefined || value === "" ? [] : ["Value specified but not used"];
    case "CLUSTER":
      return [];
    case "IS":
      return value === undefined || value === "" ? ["Value was not specified"] : [];
    case "GROUP_BY":
      return value === undefined || /^\d{1,9}$/.test(value) ? [] : ["Value was specified but is not a number"];
    case "MAX_PER":
      return value !== undefined && /^\d{1,9}$/.test(value) ? [] : ["was expecting integer"];
    case "LIKE":
    case "UNLIKE":
      return patternProblems(value);
    default:
      return [`unknown operator ${operator.slice(0, 80)}; there are ${operators.join(", ")}`];
  }
}

function patternProblems(value: string | undefined): string[] {
  if (value === undefined || value === "") return ["A regular expression value must be provided"];
  if (value.length > longestPattern) return [`the regular expression must not be longer than ${longestPattern} characters`];
  try {
    RegExp(value);
    return [];
  } catch {
    return [`'${value}' is not a valid regular expression`];
  }
}

/** Whether one more task may be placed on the only machine there is. */
export function fulfilsConstraint([field = "", operator = "", value = ""]: readonly string[], place: Place): boolean {
  const actual = valueOf(field, place);
  switch (operator) {
    case "UNIQUE":
      return actual !== null && place.siblings === 0;
    case "MAX_PER":
      return actual !== null && place.siblings < Number(value);
    case "CLUSTER":
      return actual !== null && (value === "" || value === actual);
    case "IS":
      return value === actual;
    case "GROUP_BY":
      return actual !== null;
    case "LIKE":
      return actual !== null && matches(value, actual) === true;
    case "UNLIKE":
      return actual === null || matches(value, actual) === false;
    default:
      return false;
  }
}

function valueOf(field: string, place: Place): string | null {
  if (field === "hostname" || field === "@hostname") return place.hostname;
  const name = field.replace(/^@/, "");
  return Object.hasOwn(place.attributes, name) ? (place.attributes[name] ?? null) : null;
}

const answers = new Map<string, boolean | null>();
const mostAnswers = 500;
const sandbox: { pattern: string; text: string } = { pattern: "", text: "" };
const context = createContext(sandbox);
const script = new Script("RegExp(pattern).test(text)");

/** Null when the pattern is none, or thinks for too long: patterns come from outside, and some would think for years. */
function matches(pattern: string, text: string): boolean | null {
  const key = `${pattern} ${text}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  if (answers.size >= mostAnswers) answers.clear();
  const question = [pattern.slice(0, longestPattern), text.slice(0, 255)] as const;
  const answer = ask(...question) ?? ask(...question);
  answers.set(key, answer);
  return answer;
}

function ask(pattern: string, text: string): boolean | null {
  sandbox.pattern = `^(?:${pattern})$`;
  sandbox.text = text;
  try {
    const answer: unknown = script.runInContext(context, { timeout: patternLimit });
    return answer === true;
  } catch {
    return null;
  }
}
