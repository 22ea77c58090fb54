/**
 * `npm run sample`: makes the sample project on a running Berth. Needs an API token, because it acts for somebody:
 * BERTH_ADMIN_TOKEN (or --token), and BERTH_URL where the dashboard is not at http://localhost:3000.
 */
const flag = process.argv.indexOf("--token");
const token = flag > 0 ? process.argv[flag + 1] : process.env["BERTH_ADMIN_TOKEN"];
const origin = process.env["BERTH_URL"] ?? `http://localhost:${process.env["BERTH_PORT"] ?? 3000}`;

if (token === undefined || token === "") {
  fail(
    "Give an API token: BERTH_ADMIN_TOKEN=… npm run sample. Your account page makes one; “Try the sample shop” on the start page does the same as this command.",
  );
}

try {
  const response = await fetch(`${origin}/api/v1/sample`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(60_000),
  });
  const answer = await response.json();
  if (!response.ok) fail(`${answer.title} ${answer.detail ?? answer.help}`);
  console.log(`The sample project is at ${origin}/p/${answer.slug}`);
  console.log(`Its repository: ${answer.gitUrl}`);
} catch (error) {
  fail(`Berth does not answer at ${origin}: start it with npm start, or set BERTH_URL. (${error.cause?.message ?? error.message})`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
