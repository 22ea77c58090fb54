import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { operations } from "#lib/server/api/registry.ts";
import { type Built, doors, whatDiffers } from "#lib/server/doors/table.ts";

const root = resolve(import.meta.dirname, "../..");

/** The addresses of the files of this name below app/, as Next makes them: without the folders in brackets that only sort. */
function addressesOf(name: string): string[] {
  return readdirSync(join(root, "app"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.split("/").at(-1) === name)
    .map(
      (path) =>
        `/${path
          .split("/")
          .slice(0, -1)
          .filter((part) => !part.startsWith("("))
          .join("/")}`,
    );
}

function written(): Built {
  const action = readdirSync(join(root, "app/actions")).flatMap((file) =>
    [...readFileSync(join(root, "app/actions", file), "utf8").matchAll(/^export async function (\w+)/gm)].map(
      ([, name]) => `${file.replace(/\.ts$/, "")}#${name}`,
    ),
  );
  // The picture is a file of Next's own kind.
  return {
    page: addressesOf("page.tsx"),
    route: [...addressesOf("route.ts"), "/icon.svg"],
    action,
    operation: operations.map(({ id }) => id),
  };
}

describe("the table of doors", () => {
  it("names every page, route, action and operation that is written, and none that is not", () => {
    expect(whatDiffers(written())).toEqual([]);
  });

  it("says in a sentence which door is missing and which is gone", () => {
    const there = written();
    expect(
      whatDiffers({ ...there, action: [...there.action, "people#becomeAdmin"], page: there.page.filter((path) => path !== "/people") }),
    ).toEqual(["The page /people is declared, but there is none.", "The action people#becomeAdmin does not say what it asks for."]);
  });

  it("gives a reason for every door that is open or asks for no more than a sign-in", () => {
    for (const { kind, name, need } of doors) {
      const reason = "open" in need ? need.open : "signedIn" in need ? need.signedIn : "by its verb";
      expect(reason.length, `${kind} ${name}`).toBeGreaterThan(8);
    }
  });
});
