"use client";

import { useEffect, useRef, useState } from "react";

import { FormTextField } from "#components/ui/form-fields.tsx";

/** Where a repository elsewhere is, and how Berth gets in: a user name and password for https, a deploy key for ssh. */
export function RemoteFields() {
  const [ssh, setSsh] = useState(false);
  const url = useRef<HTMLInputElement>(null);

  // What was typed before the page's scripts were there.
  useEffect(() => setSsh(isSsh(url.current?.value ?? "")), []);

  return (
    <div className="bg-surface space-y-4 rounded-md border p-4">
      <FormTextField
        ref={url}
        name="repository"
        label="Repository URL"
        mono
        maxLength={2048}
        autoComplete="off"
        spellCheck={false}
        placeholder="https://git.example.org/team/shop.git"
        hint="https://…, ssh://… or git@host:path. Credentials go in the fields below, never into the URL."
        onChange={(event) => setSsh(isSsh(event.target.value))}
      />
      {ssh ? (
        <label className="flex items-start gap-2.5 text-sm">
          <input type="checkbox" name="sshKey" defaultChecked className="mt-0.5 size-4" />
          <span>
            Make a deploy key
            <span className="text-faint block text-xs">
              You find its public half in the project’s settings, to be added to the repository with read access.
            </span>
          </span>
        </label>
      ) : (
        <div className="grid gap-4 sm:grid-cols-2">
          <FormTextField name="username" label="User" optional maxLength={200} autoComplete="off" spellCheck={false} />
          <FormTextField name="password" type="password" label="Password or token" optional maxLength={4096} autoComplete="new-password" />
        </div>
      )}
    </div>
  );
}

function isSsh(url: string): boolean {
  return /^(ssh:|[^/:]+@)/u.test(url.trim());
}
