/**
 * `npm run verify-audit`: recomputes the chain of the audit log of a running Berth and says whether it adds up. Needs an admin's API
 * token (BERTH_ADMIN_TOKEN or --token), and BERTH_URL where the dashboard is not at http://localhost:3000. Prints the head of the
 * chain; kept somewhere else and given later as --head, it finds out whether everything before it was written anew.
 * Ends with 0 when the log adds up, with 2 when it does not, with 1 when that could not be found out.
 */
const token = option("--token") ?? process.env["BERTH_ADMIN_TOKEN"];
const head = option("--head");
const origin = process.env["BERTH_URL"] ?? `http://localhost:${process.env["BERTH_PORT"] ?? 3000}`;
const answerMs = 30 * 60_000;

if (token === undefined || token === "") fail("Give an admin's API token: BERTH_ADMIN_TOKEN=… npm run verify-audit");

const url = new URL("/api/v1/audit/verify", origin);
if (head !== undefined) url.searchParams.set("head", head);

const verdict = await ask();
console.log(`Head of the chain: ${verdict.head.position}:${verdict.head.hash}`);
if (verdict.ok) {
  console.log(`The audit log adds up: ${verdict.entries} entries.`);
} else {
  console.error(`The audit log does not add up. ${verdict.fault.words}`);
  process.exitCode = 2;
}

async function ask() {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(answerMs) });
    const answer = await response.json();
    if (!response.ok) fail(`${answer.title} ${answer.detail ?? answer.help}`);
    return answer;
  } catch (error) {
    fail(`Berth does not answer at ${origin}: start it with npm start, or set BERTH_URL. (${error.cause?.message ?? error.message})`);
  }
}

function option(name) {
  const position = process.argv.indexOf(name);
  return position > 0 ? process.argv[position + 1] : undefined;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
