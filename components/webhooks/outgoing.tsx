import { Plus, Webhook } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { HookRow, OutgoingDelivery } from "#lib/domain/hooks/queries.ts";

import { NewHookButton } from "./new-hook-button.tsx";

interface Actions {
  readonly create: FormAction;
  readonly update: FormAction;
  readonly remove: FormAction;
  readonly test: FormAction;
  readonly redeliver: FormAction;
}

/** Where a project tells others what happens, and whether it arrived. */
export function OutgoingHooks({
  project,
  hooks,
  sent,
  kinds,
  actions,
}: {
  readonly project: string;
  readonly hooks: readonly HookRow[];
  readonly sent: readonly OutgoingDelivery[];
  readonly kinds: ReadonlyArray<{ readonly kind: string; readonly title: string }>;
  readonly actions: Actions;
}) {
  return (
    <>
      <Section
        title="Webhooks to others"
        description="Berth tells these servers what happens: signed, tried again for half a day when they are away."
        bodyClassName=""
        action={
          <NewHookButton action={actions.create} project={project} kinds={kinds}>
            <Plus aria-hidden />
            New webhook
          </NewHookButton>
        }
      >
        {hooks.length === 0 ? (
          <EmptyState icon={<Webhook aria-hidden />} title="No webhooks">
            Make one to have a chat or a program hear of verdicts, promotions and deployments.
          </EmptyState>
        ) : (
          <ul className="divide-y">
            {hooks.map((hook) => (
              <HookLine key={hook.id} hook={hook} actions={actions} />
            ))}
          </ul>
        )}
      </Section>
      {sent.length > 0 && <SentLog sent={sent} redeliver={actions.redeliver} />}
    </>
  );
}

function HookLine({ hook, actions }: { readonly hook: HookRow; readonly actions: Actions }) {
  const count = hook.kinds.length;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium break-words">{hook.name}</bdi>
          {hook.format === "slack" && <Badge>Slack</Badge>}
          {!hook.enabled && <Badge tone="warn">off</Badge>}
        </p>
        <p className="text-faint text-xs break-words">
          {hook.host} · {count} {count === 1 ? "kind" : "kinds"} · made <RelativeTime at={hook.createdAt} />
          {hook.createdBy !== null && (
            <>
              {" "}
              by <bdi>{hook.createdBy}</bdi>
            </>
          )}
        </p>
      </div>
      <span className="flex flex-wrap gap-2">
        <ActionButton
          action={actions.test}
          values={{ hook: hook.id }}
          size="sm"
          reason={hook.enabled ? null : "Switch it on first."}
          label={`Try ${hook.name}`}
        >
          Try it
        </ActionButton>
        <ActionButton
          action={actions.update}
          values={{ hook: hook.id, enabled: hook.enabled ? "false" : "true" }}
          size="sm"
          label={`Switch ${hook.name} ${hook.enabled ? "off" : "on"}`}
        >
          {hook.enabled ? "Switch off" : "Switch on"}
        </ActionButton>
        <ConfirmButton
          size="sm"
          action={actions.remove}
          values={{ hook: hook.id }}
          label={`Remove ${hook.name}`}
          words={{
            title: `Remove ${hook.name}?`,
            changes: ["It is told nothing more, and its log goes.", "What still waits is not sent."],
            undo: "It cannot be undone. A new one gets a new secret.",
            confirm: "Remove the webhook",
          }}
        >
          Remove
        </ConfirmButton>
      </span>
    </li>
  );
}

const states: Record<OutgoingDelivery["state"], { readonly tone: Tone; readonly word: string }> = {
  sent: { tone: "good", word: "arrived" },
  waiting: { tone: "busy", word: "waiting" },
  failed: { tone: "bad", word: "given up" },
  dropped: { tone: "neutral", word: "not sent" },
};

function SentLog({ sent, redeliver }: { readonly sent: readonly OutgoingDelivery[]; readonly redeliver: FormAction }) {
  return (
    <Section title="Latest deliveries" bodyClassName="">
      <Table label="Latest deliveries">
        <thead>
          <tr>
            <Th>When</Th>
            <Th>To</Th>
            <Th>What</Th>
            <Th>Outcome</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {sent.map((delivery) => (
            <Tr key={delivery.id}>
              <Td className="text-faint text-xs whitespace-nowrap">
                <RelativeTime at={delivery.createdAt} />
              </Td>
              <Td>
                <bdi>{delivery.hook}</bdi>
              </Td>
              <Td className="font-mono text-xs whitespace-nowrap">{delivery.kind}</Td>
              <Td>
                <Badge tone={states[delivery.state].tone}>{states[delivery.state].word}</Badge>
                <Outcome delivery={delivery} />
              </Td>
              <Td className="text-right">
                {delivery.state !== "waiting" && (
                  <ActionButton
                    action={redeliver}
                    values={{ delivery: delivery.id }}
                    size="sm"
                    label={`Send ${delivery.kind} to ${delivery.hook} again`}
                  >
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

function Outcome({ delivery: { answer, problem, attempts, durationMs, nextAt } }: { readonly delivery: OutgoingDelivery }) {
  const parts = [
    ...(answer === null ? [] : [String(answer)]),
    ...(durationMs === null ? [] : [`${durationMs} ms`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  return (
    <p className="text-faint mt-0.5 text-xs">
      {parts.join(" · ")}
      {problem !== null && <span className="foreign block max-w-md break-words">{problem}</span>}
      {nextAt !== null && (
        <span className="block">
          next try <RelativeTime at={nextAt} />
        </span>
      )}
    </p>
  );
}
