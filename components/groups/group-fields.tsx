import { FormTextField } from "#components/ui/form-fields.tsx";

/** What a group is made of: its name, and who becomes a member by signing in. */
export function GroupFields({ name, claim, focus = false }: { readonly name: string; readonly claim: string; readonly focus?: boolean }) {
  return (
    <>
      <FormTextField
        name="name"
        label="Name"
        required
        maxLength={60}
        autoComplete="off"
        defaultValue={name}
        data-autofocus={focus ? true : undefined}
      />
      <FormTextField
        name="claim"
        label="Group claim"
        optional
        mono
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        defaultValue={claim}
        hint="The group’s name at the identity provider: whoever signs in with it is a member for as long as the provider says so."
      />
    </>
  );
}
