"use client";

import { type ClipboardEvent, useRef, useState } from "react";

/** A picture on its way to the server, or there. */
export interface Upload {
  /** Of this page alone. */
  readonly key: number;
  readonly state: "sending" | "there" | "failed";
  /** The server's id, once it is there. */
  readonly id: string | null;
  readonly problem: string | null;
}

export interface Evidence {
  readonly uploads: readonly Upload[];
  readonly busy: boolean;
  readonly full: boolean;
  readonly add: (files: Iterable<File>) => void;
  readonly remove: (key: number) => void;
  readonly paste: (event: ClipboardEvent) => void;
}

const most = 6;
const maxBytes = 5 * 1024 * 1024;

/** Pictures for a verdict: each is sent as soon as it is pasted or chosen, so that the verdict itself stays small. */
export function useEvidence(environment: string): Evidence {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const next = useRef(1);
  const change = (key: number, to: Partial<Upload>) =>
    setUploads((all) => all.map((upload) => (upload.key === key ? { ...upload, ...to } : upload)));

  const add = (files: Iterable<File>) => {
    for (const file of [...files].slice(0, most - uploads.length)) {
      const key = next.current++;
      const tooLarge = file.size > maxBytes;
      const problem = tooLarge ? "More than 5 MB." : null;
      setUploads((all) => [...all, { key, state: tooLarge ? "failed" : "sending", id: null, problem }]);
      if (!tooLarge) void send(environment, file).then((result) => change(key, result));
    }
  };

  return {
    uploads,
    busy: uploads.some(({ state }) => state === "sending"),
    full: uploads.length >= most,
    add,
    remove: (key) => setUploads((all) => all.filter((upload) => upload.key !== key)),
    paste: (event) => {
      const files = [...event.clipboardData.files].filter(({ type }) => type.startsWith("image/"));
      if (files.length === 0) return;
      event.preventDefault();
      add(files);
    },
  };
}

async function send(environment: string, file: File): Promise<Pick<Upload, "state" | "id" | "problem">> {
  try {
    const response = await fetch(`/evidence?environment=${encodeURIComponent(environment)}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: file,
    });
    const answer: unknown = await response.json();
    const id = textOf(answer, "id");
    if (response.ok && id !== null) return { state: "there", id, problem: null };
    return { state: "failed", id: null, problem: textOf(answer, "title") ?? "It was refused." };
  } catch {
    return { state: "failed", id: null, problem: "It did not get there. Check the connection." };
  }
}

function textOf(answer: unknown, name: string): string | null {
  if (typeof answer !== "object" || answer === null) return null;
  const value = new Map<string, unknown>(Object.entries(answer)).get(name);
  return typeof value === "string" ? value : null;
}
