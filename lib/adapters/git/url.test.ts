import { expect, test } from "vitest";

import { parseRepositoryUrl } from "./url.ts";

const strict = { allowFile: false };

test.each([
  ["https://Example.COM/team/shop.git", "https", "https://example.com/team/shop.git", "example.com"],
  ["https://example.com:443/team/shop/", "https", "https://example.com/team/shop", "example.com"],
  ["http://127.0.0.1:3000/git/shop.git", "http", "http://127.0.0.1:3000/git/shop.git", "127.0.0.1"],
  ["  https://example.com/a  ", "https", "https://example.com/a", "example.com"],
  ["https://bücher.example/a.git", "https", "https://xn--bcher-kva.example/a.git", "xn--bcher-kva.example"],
  ["https://example.com/größe.git", "https", "https://example.com/gr%C3%B6%C3%9Fe.git", "example.com"],
  ["git@example.com:team/shop.git", "ssh", "ssh://git@example.com/team/shop.git", "example.com"],
  ["example.com:/srv/shop.git", "ssh", "ssh://example.com/srv/shop.git", "example.com"],
  ["ssh://git@Example.com:2222/team/shop.git", "ssh", "ssh://git@example.com:2222/team/shop.git", "example.com"],
  ["ssh://git@bücher.example/~/shop", "ssh", "ssh://git@xn--bcher-kva.example/~/shop", "xn--bcher-kva.example"],
  ["ssh://git@[::1]:22/shop", "ssh", "ssh://git@[::1]/shop", "[::1]"],
])("%s is a repository URL", (text, kind, url, host) => {
  expect(parseRepositoryUrl(text, strict)).toEqual({ kind, url, host });
});

test("a file is a source only where the installation allows it", () => {
  expect(parseRepositoryUrl("file:///srv/shop.git", { allowFile: true })).toEqual({
    kind: "file",
    url: "file:///srv/shop.git",
    host: null,
  });
  expect(parseRepositoryUrl("/srv/shop.git/", { allowFile: true }).url).toBe("file:///srv/shop.git");
  expect(() => parseRepositoryUrl("file:///srv/shop.git", strict)).toThrow(/not allowed here/);
  expect(() => parseRepositoryUrl("file:///srv/../etc", { allowFile: true })).toThrow(/\.\./);
});

test.each([
  "--upload-pack=touch MARKER",
  "-utouch",
  "ext::sh -c touch% MARKER",
  "ext::sh",
  "EXT::sh",
  "fd::17",
  "transport::x",
  "file:///etc/passwd",
  "/srv/x",
  "./x",
  "..",
  "\\\\host\\x",
  "C:\\x",
  "C:/x",
  "x.bundle",
  "git://example.com/x",
  "ftp://example.com/x",
  "javascript:alert(1)",
  "https://example.com/a\nb",
  "https://example.com/a\rb",
  "https://example.com/a\tb",
  "https://example.com/a\0b",
  "https://example.com/a\n",
  "https://example.com/%0a",
  "https://example.com/a b",
  "https://example.com/a\u202eb",
  "https://example.com/%zz",
  "https://example.com",
  "https://example.com/",
  "https:///x",
  "https://?/x",
  "https://example.com/x?y=1",
  "https://example.com/x#y",
  "https://example.com/../x",
  "https://example.com/%2E%2e/x",
  "https://example.com:0/x",
  "https://example.com:22/x",
  "https://example.com:5432/x",
  "https://example.com:99999/x",
  "https://-oProxyCommand=x/y",
  "ssh://-oProxyCommand=touch/x",
  "ssh://git@-oProxyCommand=touch/x",
  "-oProxyCommand=touch:x",
  "ssh://-l@example.com/x",
  "ssh://git:secret@example.com/x",
  "ssh://example.com/-x",
  "ssh://example.com/",
  "ssh://exa$mple.com/x`id`",
  "",
  "   ",
])("%j is refused", (text) => {
  expect(() => parseRepositoryUrl(text, strict)).toThrow(expect.objectContaining({ code: "git_url_invalid" }));
});

test("a URL of 5 000 characters is refused", () => {
  expect(() => parseRepositoryUrl(`https://example.com/${"a".repeat(5_000)}`, strict)).toThrow(/longer than 2048/);
});

test("credentials in a URL are refused with a hint, and never repeated", () => {
  for (const text of ["https://anna:s3cret@example.com/x.git", "https://s3cret@example.com/x.git", "ssh://git:s3cret@example.com/x.git"]) {
    expect(() => parseRepositoryUrl(text, strict)).toThrow(/credential field/);
    expect(() => parseRepositoryUrl(text, strict)).not.toThrow(/s3cret/);
  }
});
