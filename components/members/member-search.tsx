import { Search } from "lucide-react";
import Form from "next/form";

import { controlClass } from "#components/ui/control-class.ts";

/** Search by a part of the name (and, for who sees them, of the e-mail address). The address keeps it. */
export function MemberSearch({ path, search, label }: { readonly path: string; readonly search: string; readonly label: string }) {
  return (
    <Form action={path} prefetch={false} role="search" className="relative min-w-0 grow sm:max-w-80">
      <Search aria-hidden className="text-faint pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2" />
      <input
        type="search"
        name="search"
        defaultValue={search}
        maxLength={200}
        placeholder={label}
        aria-label={label}
        className={controlClass({ className: "pl-8.5" })}
      />
    </Form>
  );
}
