import { availableParallelism } from "node:os";

import { hash, verify } from "@node-rs/argon2";

/** argon2id, 19 MiB, two passes: 17 ms on a small machine. Kept as a PHC string, which names its own parameters. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Every hash takes 19 MiB and a core: more at once would let a flood of sign-ins stop the pages. */
const concurrent = Math.max(1, availableParallelism());
let running = 0;
const waiting: Array<() => void> = [];

export const passwordMinLength = 10;
export const passwordMaxLength = 128;

/** The PHC string of a password. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize("NFC"), parameters));
}

/** Whether `password` is the one behind `phc`. Without a hash it takes the same time and answers no. */
export async function isPassword(password: string, phc: string | null): Promise<boolean> {
  if (password.length > passwordMaxLength) return false;
  const decoy = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$TJnVQS0IUCU3CXlEDHHpdtiNnoRJSaMPlz3kV1ZQNA8";
  const matches = await inTurn(() => verify(phc ?? decoy, password.normalize("NFC")));
  return matches && phc !== null;
}

/** Why a password is refused, or null. Length and the commonest ones; no rules of composition. */
export function passwordWeakness(password: string, email: string): string | null {
  if (password.length < passwordMinLength) return `Use at least ${passwordMinLength} characters.`;
  if (password.length > passwordMaxLength) return `Use at most ${passwordMaxLength} characters.`;
  const plain = password.toLowerCase();
  if (common.some((word) => plain.replaceAll(/[^a-z]/g, "") === word && /^[a-z]*[0-9!.]*$/.test(plain)))
    return "That is one of the commonest passwords.";
  if (new Set(plain).size < 4 || /^(0?123456789?0?|9876543210?)+$/.test(plain)) return "That is too easy to guess.";
  if (plain === email.toLowerCase() || plain === email.split("@")[0]?.toLowerCase()) return "Do not use your e-mail as the password.";
  return null;
}

const common = [
  "password",
  "passwort",
  "qwertyuiop",
  "qwerty",
  "qwertz",
  "letmein",
  "welcome",
  "administrator",
  "admin",
  "iloveyou",
  "changeme",
  "dragon",
  "monkey",
  "football",
  "baseball",
  "sunshine",
  "princess",
  "trustno",
  "superman",
  "secret",
  "default",
  "berth",
  "master",
  "login",
];

async function inTurn<T>(task: () => Promise<T>): Promise<T> {
  if (running >= concurrent) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await task();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
