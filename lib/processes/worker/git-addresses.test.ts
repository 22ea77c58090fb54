import { expect, test } from "vitest";

import { allowGitAddresses } from "./git-addresses.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  "git.example.org": ["93.184.216.34", "2606:2800:220:1::1"],
  "inside.example.org": ["93.184.216.34", "10.0.0.5"],
  "git.lan": ["192.168.1.5"],
};
const resolve = async (host: string) => names[host] ?? Promise.reject(new Error("ENOTFOUND"));

test("a public name may be reached at all of its addresses", async () => {
  expect(await allowGitAddresses([], resolve)("git.example.org", 443)).toEqual(["93.184.216.34", "2606:2800:220:1::1"]);
});

test.each(["127.0.0.1", "::1", "169.254.169.254", "10.1.2.3", "localhost", "inside.example.org", "git.lan"])(
  "%s is refused unless it is listed",
  async (host) => {
    await expect(allowGitAddresses(["git.lan:22"], resolve)(host, 3000)).rejects.toMatchObject({ code: "git_address_refused" });
  },
);

test("exactly the listed host and port are allowed", async () => {
  const allow = allowGitAddresses(["git.lan:22", "127.0.0.1:8081", "[::1]:80"], resolve);
  expect(await allow("git.lan", 22)).toEqual(["192.168.1.5"]);
  expect(await allow("127.0.0.1", 8081)).toEqual(["127.0.0.1"]);
  expect(await allow("::1", 80)).toEqual(["::1"]);
  await expect(allow("git.lan", 443)).rejects.toMatchObject({ code: "git_address_refused" });
});

test("no list opens the cloud's metadata", async () => {
  await expect(allowGitAddresses(["169.254.169.254:80"], resolve)("169.254.169.254", 80)).rejects.toMatchObject({
    code: "git_address_refused",
  });
});

test("a name without an address cannot be reached", async () => {
  await expect(allowGitAddresses([], resolve)("nowhere.example.org", 443)).rejects.toMatchObject({ code: "git_unreachable" });
});
