import { Section } from "#components/ui/card.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import type { InternalNames as Names } from "#lib/domain/environments/internal-names.ts";

/** How other tasks in the cluster reach this environment. */
export function InternalNames({ names }: { readonly names: Names | null }) {
  if (names === null) return null;
  const { host, service, port, embedded, isCut } = names;
  return (
    <Section
      title="Names inside the cluster"
      description={
        embedded
          ? "For this environment’s own instances and jobs. Other environments neither find nor reach it."
          : "Given by the cluster’s Mesos-DNS, where it runs one. Whoever runs there can use them."
      }
      bodyClassName="divide-y"
    >
      <Name term="Address" text={port === null ? host : `${host}:${port}`} />
      {!embedded && <Name term="Address and port (SRV)" text={service} />}
      {port === null && embedded && <Note>The port is chosen by the machine for each instance.</Note>}
      {isCut && <Note>The full name is longer than 63 characters and was cut: a name that begins the same way would answer too.</Note>}
    </Section>
  );
}

function Name({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-4 px-4 py-2 sm:flex-nowrap">
      <span className="text-faint w-40 shrink-0 text-xs">{term}</span>
      <code className="foreign min-w-0 flex-1 text-xs">{text}</code>
      <CopyButton text={text} label={`Copy ${term.toLowerCase()}`} />
    </div>
  );
}

function Note({ children }: { readonly children: string }) {
  return <p className="text-muted px-4 py-2 text-xs">{children}</p>;
}
