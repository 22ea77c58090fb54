import { expect, it } from "vitest";

import { detectForge } from "./detect.ts";

it.each([
  ["https://github.com/octo/shop.git", "github", "https://api.github.com", "octo/shop"],
  ["ssh://git@github.com/octo/shop.git", "github", "https://api.github.com", "octo/shop"],
  ["https://github.example.org/octo/shop", "github", "https://github.example.org/api/v3", "octo/shop"],
  ["https://gitlab.com/group/sub/shop.git", "gitlab", "https://gitlab.com/api/v4", "group/sub/shop"],
  ["ssh://git@gitlab.example.org:2222/group/shop.git", "gitlab", "https://gitlab.example.org/api/v4", "group/shop"],
  ["https://codeberg.org/octo/shop.git", "gitea", "https://codeberg.org/api/v1", "octo/shop"],
  ["http://gitea.example.org:3000/octo/shop.git", "gitea", "http://gitea.example.org:3000/api/v1", "octo/shop"],
  ["https://gogs.example.org/octo/shop.git", "gogs", "https://gogs.example.org/api/v1", "octo/shop"],
])("knows the forge, the API and the name behind %s", (url, forge, apiUrl, repository) => {
  expect(detectForge(url)).toEqual({ forge, apiUrl, repository });
});

it.each(["https://git.example.org/octo/shop.git", "ssh://git@code.example.org/octo/shop"])("leaves it to people what %s is", (url) => {
  expect(detectForge(url)).toEqual({ forge: null, apiUrl: null, repository: "octo/shop" });
});

it.each(["file:///srv/git", "nonsense", "https://github.com/", "https://github.com/octo/../../x%2f"])(
  "finds no repository in %s",
  (url) => {
    expect(detectForge(url).repository).toBeNull();
  },
);
