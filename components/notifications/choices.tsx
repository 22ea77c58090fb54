import { ActionButton } from "#components/ui/action-button.tsx";
import { ActionForm } from "#components/ui/action-form.tsx";
import { Section } from "#components/ui/card.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { Table, Td, Th, Tr } from "#components/ui/table.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { NotificationChoices } from "#lib/domain/notifications/queries.ts";

/** Which kinds one is told of, by which channel. */
export function Choices({
  choices,
  choose,
  testMail,
}: {
  readonly choices: NotificationChoices;
  readonly choose: FormAction;
  readonly testMail: FormAction;
}) {
  return (
    <Section
      title="By which way"
      description={
        choices.mail
          ? `You are told of what concerns you and what you may see. Mails go to ${choices.email}, gathered, at most twelve an hour.`
          : "You are told of what concerns you and what you may see. This installation has no mail server."
      }
      bodyClassName=""
      action={
        choices.mail &&
        choices.mayTestMail && (
          <ActionButton action={testMail} values={{}} size="sm">
            Send me a test mail
          </ActionButton>
        )
      }
    >
      <ActionForm action={choose} values={choices.mail ? { mail: "on" } : {}}>
        <Table label="What you are told">
          <thead>
            <tr>
              <Th>What</Th>
              <Th className="w-24 text-center">In Berth</Th>
              {choices.mail && <Th className="w-24 text-center">By mail</Th>}
            </tr>
          </thead>
          <tbody>
            {choices.kinds.map(({ kind, title, wanted }) => (
              <Tr key={kind}>
                <Td>{title}</Td>
                <Td className="text-center">
                  <Box name={`${kind} app`} label={`${title}: in Berth`} checked={wanted.app} />
                </Td>
                {choices.mail && (
                  <Td className="text-center">
                    <Box name={`${kind} mail`} label={`${title}: by mail`} checked={wanted.mail} />
                  </Td>
                )}
              </Tr>
            ))}
          </tbody>
        </Table>
        <div className="flex justify-end border-t px-4 py-3">
          <SubmitButton>Save</SubmitButton>
        </div>
      </ActionForm>
    </Section>
  );
}

function Box({ name, label, checked }: { readonly name: string; readonly label: string; readonly checked: boolean }) {
  return <input type="checkbox" name="wanted" value={name} aria-label={label} defaultChecked={checked} className="size-4 align-middle" />;
}
