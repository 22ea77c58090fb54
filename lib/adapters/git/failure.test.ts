import { expect, test } from "vitest";

import { GitExit, gitFailure, presentableMessage } from "./failure.ts";

test.each([
  ["fatal: unable to access 'http://h/r/': Could not resolve host: h", "git_unreachable"],
  ["fatal: unable to access 'http://h/r/': Failed to connect to h port 80 after 0 ms: Couldn't connect to server", "git_unreachable"],
  ["fatal: unable to access 'https://h/r/': SSL certificate problem: self-signed certificate", "git_unreachable"],
  ["fatal: unable to access 'https://h/r/': The requested URL returned error: 429", "git_unreachable"],
  ["fatal: unable to access 'https://h/r/': The requested URL returned error: 503", "git_unreachable"],
  ["fatal: unable to access 'http://h/r/': The requested URL returned error: 302", "git_redirected"],
  ["fatal: could not read Username for 'https://h': terminal prompts disabled", "git_auth_required"],
  ["fatal: Authentication failed for 'https://h/r/'", "git_auth_required"],
  ["fatal: unable to access 'https://h/r/': The requested URL returned error: 403", "git_auth_required"],
  ["git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", "git_auth_required"],
  ["fatal: repository 'https://h/r/' not found", "git_not_found"],
  ["fatal: '/srv/x' does not appear to be a git repository", "git_not_found"],
  ["fatal: couldn't find remote ref refs/heads/x", "source_gone"],
  ["fatal: remote error: upload-pack: not our ref 1234", "source_gone"],
  ["fatal: unable to access 'http://h/r/': Operation too slow. Less than 1000 bytes/sec transferred the last 30 seconds", "git_timed_out"],
  ["fatal: transport 'ext' not allowed", "git_url_invalid"],
  ["fatal: write error: No space left on device", "disk_full"],
  ["fatal: something nobody has seen", "git_failed"],
])("%j means %s", (stderr, code) => {
  expect(gitFailure(new GitExit(128, stderr), [])).toMatchObject({ code });
});

test("git's words are shown without credentials, control characters and folders", () => {
  const stderr =
    "warning: noise\nfatal: unable to access 'https://anna:s3cret@h/r/' in /var/berth/m.git\u001b[31m\u0007\r\nAuthorization: Basic czNjcmV0";
  const text = presentableMessage(stderr, ["/var/berth/m.git"]);
  expect(text).toContain("https://h/r/");
  expect(text).not.toMatch(/s3cret|czNjcmV0|var\/berth|\p{Cc}/u);
  expect(presentableMessage("fatal: a\nAuthorization: Basic czNjcmV0", [])).not.toContain("czNjcmV0");
  expect(presentableMessage(`fatal: ${"x".repeat(5_000)}`, []).length).toBeLessThanOrEqual(300);
});
