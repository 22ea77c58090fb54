import type { ReactNode } from "react";

import { CopyButton } from "#components/ui/copy-button.tsx";
import { Link } from "#components/ui/link.tsx";
import type { ProjectHead } from "#lib/domain/projects/head.ts";

/** How the first branch gets here, with commands that work when they are copied. */
export function PushGuide({ project }: { readonly project: ProjectHead }) {
  if (project.repositoryKind === "remote") {
    return (
      <Guide title="Nothing has been read from the repository yet">
        <p>
          Berth looks at <code className="foreign text-ink font-mono">{project.gitUrl}</code> by itself. As soon as it has a branch, it
          appears here.
        </p>
      </Guide>
    );
  }
  const existing = [`git remote add berth ${project.gitUrl}`, "git push berth --all", "git push berth --tags"];
  const fresh = [
    "git init -b master hello && cd hello",
    `echo 'require("http").createServer((q, r) => r.end("Hello from Berth")).listen(process.env.PORT)' > server.js`,
    `printf 'FROM berth/node:20\\nWORKDIR /app\\nCOPY server.js .\\nEXPOSE 8080\\nCMD ["server.js"]\\n' > Dockerfile`,
    "git add . && git commit -m 'First version'",
    `git push ${project.gitUrl} master`,
  ];
  return (
    <Guide title="Push a branch to begin">
      <p>Berth has its own Git. Every branch you push appears on the board within a second.</p>
      <Commands title="From a repository you have" lines={existing} />
      <Commands title="From nothing" lines={fresh} />
      <p>
        Git asks for a name and a password: any name, and an{" "}
        <Link href="/account" className="text-link underline underline-offset-2">
          API token
        </Link>{" "}
        as the password.
      </p>
    </Guide>
  );
}

function Guide({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="bg-surface shadow-card mx-auto max-w-2xl rounded-lg border p-6">
      <h2 className="text-lg">{title}</h2>
      <div className="text-muted mt-2 space-y-5 text-sm">{children}</div>
    </section>
  );
}

function Commands({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <div>
      <div className="mb-1.5 flex items-center justify-between">
        <h3 className="text-ink text-sm">{title}</h3>
        <CopyButton text={lines.join("\n")} label={`Copy: ${title.toLowerCase()}`} />
      </div>
      <pre className="bg-sunken text-ink overflow-x-auto rounded-sm border px-3.5 py-3 font-mono text-xs leading-6" tabIndex={0}>
        {lines.join("\n")}
      </pre>
    </div>
  );
}
