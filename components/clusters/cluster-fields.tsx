import { FormSelectField, FormTextareaField, FormTextField } from "#components/ui/form-fields.tsx";

export interface ClusterForm {
  readonly name: string;
  readonly urls: readonly string[];
  readonly credentials: "none" | "basic" | "token";
  readonly username: string | null;
  readonly caCertificate: string | null;
  readonly mesosUrl: string | null;
}

const emptyForm: ClusterForm = { name: "", urls: [], credentials: "none", username: null, caCertificate: null, mesosUrl: null };

/** How a cluster is called and reached. A secret goes in and never comes out: `isKept` says that there is one. */
export function ClusterFields({ form = emptyForm, isKept = false }: { readonly form?: ClusterForm; readonly isKept?: boolean }) {
  return (
    <div className="group space-y-4">
      <FormTextField name="name" label="Name" required maxLength={60} autoComplete="off" defaultValue={form.name} placeholder="Harbour" />
      <FormTextareaField
        name="urls"
        label="Addresses of Marathon"
        required
        mono
        rows={2}
        spellCheck={false}
        defaultValue={form.urls.join("\n")}
        placeholder="https://marathon-1.example.org:8443"
        hint="One line for each member of the cluster. Berth follows the leader among them, and shows the credentials to nobody else."
      />
      <FormSelectField name="credentials" label="Credentials" defaultValue={form.credentials}>
        <option value="none">None</option>
        <option value="basic">User and password</option>
        <option value="token">Token of DC/OS</option>
      </FormSelectField>
      <FormTextField
        name="username"
        label="User"
        autoComplete="off"
        maxLength={200}
        defaultValue={form.username ?? ""}
        fieldClassName="hidden group-has-[option[value=basic]:checked]:flex"
      />
      <FormTextField
        name="secret"
        label="Password or token"
        type="password"
        autoComplete="new-password"
        maxLength={8192}
        fieldClassName="group-has-[option[value=none]:checked]:hidden"
        hint={
          isKept
            ? "One is kept, sealed. Leave this empty to keep it; for other addresses it has to be entered again."
            : "Kept sealed: only the worker can open it."
        }
      />
      <FormTextareaField
        name="caCertificate"
        label="CA certificate"
        optional
        mono
        rows={3}
        spellCheck={false}
        defaultValue={form.caCertificate ?? ""}
        placeholder="-----BEGIN CERTIFICATE-----"
        hint="In PEM. Trusted for this cluster alone, instead of the authorities this machine knows."
      />
      <FormTextField
        name="mesosUrl"
        label="Address of the Mesos master"
        optional
        mono
        maxLength={500}
        autoComplete="off"
        spellCheck={false}
        defaultValue={form.mesosUrl ?? ""}
        hint="For logs and free room, where the address that Marathon tells is not to be reached from here."
      />
    </div>
  );
}
