import { Plus, Webhook } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { InboundDeliveryRow, InboundRow } from "#lib/domain/hooks/queries.ts";

import { InboundSecretButton } from "./inbound-secret-button.tsx";
import type { ForgeChoice } from "./inbound-secret.tsx";

interface Actions {
  readonly makeSecret: FormAction;
  readonly remove: FormAction;
  readonly redeliver: FormAction;
}

/** Webhooks of forges: where they arrive, and what became of the latest. */
export function IncomingHooks({
  project,
  inbound,
  received,
  forges,
  actions,
}: {
  readonly project: string;
  readonly inbound: readonly InboundRow[];
  readonly received: readonly InboundDeliveryRow[];
  readonly forges: readonly ForgeChoice[];
  readonly actions: Actions;
}) {
  const left = forges.filter(({ forge }) => inbound.every((hook) => hook.forge !== forge));
  return (
    <>
      <Section
        title="Webhooks from a forge"
        description="They only make Berth look at once; what it finds there counts, not what they say. Without one it looks every minute."
        bodyClassName=""
        action={
          left.length > 0 && (
            <InboundSecretButton action={actions.makeSecret} project={project} forges={left} chosen={null}>
              <Plus aria-hidden />
              Take webhooks
            </InboundSecretButton>
          )
        }
      >
        {inbound.length === 0 ? (
          <EmptyState icon={<Webhook aria-hidden />} title="No webhooks are taken">
            Make an address with its secret, and enter both at the forge.
          </EmptyState>
        ) : (
          <ul className="divide-y">
            {inbound.map((hook) => (
              <InboundLine key={hook.forge} hook={hook} project={project} forges={forges} actions={actions} />
            ))}
          </ul>
        )}
      </Section>
      {received.length > 0 && <ReceivedLog received={received} redeliver={actions.redeliver} />}
    </>
  );
}

function InboundLine({
  hook,
  project,
  forges,
  actions,
}: {
  readonly hook: InboundRow;
  readonly project: string;
  readonly forges: readonly ForgeChoice[];
  readonly actions: Actions;
}) {
  const about = forges.find(({ forge }) => forge === hook.forge);
  const title = about?.title ?? hook.forge;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-medium">{title}</p>
        <p className="flex min-w-0 items-center gap-1">
          <code className="text-muted min-w-0 truncate font-mono text-xs" title={hook.url}>
            {hook.url}
          </code>
          <CopyButton text={hook.url} label={`Copy the address for ${title}`} />
        </p>
        <p className="text-faint text-xs">
          Secret made <RelativeTime at={hook.createdAt} />
          {hook.createdBy !== null && (
            <>
              {" "}
              by <bdi>{hook.createdBy}</bdi>
            </>
          )}
        </p>
        <p className="text-muted mt-1 text-xs text-pretty">{about?.steps}</p>
      </div>
      <span className="flex flex-wrap gap-2">
        <InboundSecretButton action={actions.makeSecret} project={project} forges={forges} chosen={hook.forge}>
          New secret
        </InboundSecretButton>
        <ConfirmButton
          size="sm"
          action={actions.remove}
          values={{ project, forge: hook.forge }}
          label={`Take no more webhooks of ${title}`}
          words={{
            title: `Take no more webhooks of ${title}?`,
            changes: ["They are refused from now on; Berth still looks every minute."],
            undo: "It cannot be undone. A new one gets a new secret.",
            confirm: "Remove it",
          }}
        >
          Remove
        </ConfirmButton>
      </span>
    </li>
  );
}

const outcomes: Record<InboundDeliveryRow["outcome"], { readonly tone: Tone; readonly word: string }> = {
  taken: { tone: "good", word: "taken" },
  ignored: { tone: "neutral", word: "nothing to do" },
  refused: { tone: "bad", word: "refused" },
};

function ReceivedLog({ received, redeliver }: { readonly received: readonly InboundDeliveryRow[]; readonly redeliver: FormAction }) {
  return (
    <Section title="Latest arrivals" bodyClassName="">
      <Table label="Latest arrivals">
        <thead>
          <tr>
            <Th>When</Th>
            <Th>From</Th>
            <Th>What</Th>
            <Th>Outcome</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {received.map(({ id, forge, event, ref, outcome, reason, at }) => (
            <Tr key={id}>
              <Td className="text-faint text-xs whitespace-nowrap">
                <RelativeTime at={at} />
              </Td>
              <Td>{forge}</Td>
              <Td>
                <span className="font-mono text-xs">{event}</span>
                {ref !== null && <span className="text-faint foreign block max-w-60 truncate text-xs">{ref}</span>}
              </Td>
              <Td>
                <Badge tone={outcomes[outcome].tone}>{outcomes[outcome].word}</Badge>
                {reason !== null && <span className="text-faint mt-0.5 block text-xs">{reason}</span>}
              </Td>
              <Td className="text-right">
                {outcome !== "refused" && (
                  <ActionButton action={redeliver} values={{ delivery: id }} size="sm" label={`Do again what ${event} number ${id} did`}>
                    Again
                  </ActionButton>
                )}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
