import { availableParallelism } from "node:os";

import { hash, verify } from "@node-rs/argon2";

import { createTurns } from "../turns.ts";

/** argon2id, 19 MiB, two passes: 17 ms on a small machine. Kept as a PHC string, which names its own parameters. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Every hash takes 19 MiB and a core: more at once would let a flood of sign-ins stop the pages. */
const concurrent = Math.max(1, availableParallelism());
/** About two seconds of waiting. */
const inTurn = createTurns({ atOnce: concurrent, waitingAtMost: 64 });

export const passwordMinLength = 10;
export const passwordMaxLength = 128;

/** The PHC string of a password. Throws `unavailable` when too many wait already. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize("NFC"), parameters));
}

/**
 * Whether `password` is the one behind `phc`. Without a hash it takes the same time and answers no; longer than any password
 * may be, it is not looked at. Throws `unavailable` when too many wait already.
 */
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
  if (isCommon(plain)) return "That is one of the commonest passwords.";
  if (new Set(plain).size < 4 || /^(?:[a-z]{0,2}\d{1,14}[a-z]{0,2}|(.{1,6})\1+)$/.test(plain)) return "That is too easy to guess.";
  if (plain === email.toLowerCase() || plain === email.split("@")[0]?.toLowerCase()) return "Do not use your e-mail as the password.";
  return null;
}

/**
 * Whether it is one of the few thousand that people choose most. Those of ten signs and more are nearly all a common word or
 * name with digits and marks around it, or a walk over the keyboard.
 */
function isCommon(plain: string): boolean {
  const core = plain.replaceAll(/^[\d\W_]+|[\d\W_]+$/g, "");
  const spelt = core.replaceAll(/[@0$135!]/g, (sign) => spelled[sign] ?? sign);
  for (const word of [core, spelt, plain.replaceAll(/[\d\W_]+/g, "")]) {
    // In one piece, or twice: a sentence that begins with a common word is none.
    const once = /^(.{3,}?)\1+$/.exec(word)?.[1] ?? word;
    if (commonWords.has(once) && plain.length <= word.length + 6) return true;
  }
  return keyboardWalks.some((walk) => plain.startsWith(walk) && plain.length - walk.length <= 4);
}

const spelled: Readonly<Record<string, string>> = { "@": "a", "0": "o", $: "s", "1": "i", "3": "e", "5": "s", "!": "i" };

const commonWords = new Set(
  `a aa abc abcd abcde abcdef abcdefg abcdefghij access admin administrator alexander amanda andrea andrew angel anthony apple arsenal asdf asdfgh
  asdfghjkl ashley azerty azertyuiop barcelona baseball basketball batman benjamin berth blink brooklyn butterfly captain changeme charlie chelsea
  chocolate christian christopher computer cookie corvette daniel default demo diamond dragon elizabeth everton facebook family ferrari flower
  football freedom friends george google guest hallo hannah harley hello hockey hunter iloveyou iloveu internet jasmine jennifer jessica jonathan
  jordan joshua justin killer letmein linkedin liverpool login london love lovely lovers maggie manchester martin master matrix matthew mercedes
  metallica michael michelle microsoft midnight minecraft monkey monster mustang naruto nicole ninja nirvana office orange pakistan pass passport
  passw passwd password passwort patrick pepper phoenix pokemon porsche princess qazwsx qazwsxedc qq qwe qwer qwert qwerty qwertyu qwertyui
  qwertyuiop qwertz qwertzuiop rainbow richard robert rockyou root samantha samsung scooter secret secure september service shadow skywalker snoopy
  soccer spiderman spring starwars steelers strawberry summer sunshine superman superstar target temp tennis test testing tester thomas thunder
  tigger tinkerbell trustno unknown user victoria welcome welcometo whatever william windows winter woaini wordpass yankees zxcvbn zxcvbnm`.split(
    /\s+/,
  ),
);

const keyboardWalks = [
  "1q2w3e4r",
  "q1w2e3r4",
  "1qaz2wsx",
  "1qazxsw2",
  "2wsx3edc",
  "zaq12wsx",
  "zaq1xsw2",
  "12qwaszx",
  "qwaszx12",
  "qweasdzxc",
  "qazwsxedc",
  "qwerty12",
  "asdfghjkl",
  "zxcvbnm,./",
  "poiuytrewq",
  "mnbvcxz",
  "qwertyuiop",
  "1234qwer",
  "qwer1234",
  "abcd1234",
  "1234abcd",
  "123qweasd",
];
