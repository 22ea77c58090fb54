/** The way to the JSON of an environment, for whoever may see its variables. */
export function AppJsonLink({ id }: { readonly id: string }) {
  return (
    <p className="text-muted mt-3 text-sm">
      What Marathon is sent for this environment, secrets masked:{" "}
      <a href={`/app-json/${id}`} download className="text-link underline">
        as it runs
      </a>
      {", "}
      <a href={`/app-json/${id}?which=next`} download className="text-link underline">
        as it is deployed next
      </a>
    </p>
  );
}
