import { Compass } from "lucide-react";

import { ButtonLink } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

export default function NotFound() {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-[80dvh] place-items-center outline-none">
      <EmptyState
        icon={<Compass aria-hidden />}
        level={1}
        title="There is no such thing here"
        action={
          <ButtonLink href="/" variant="primary">
            All projects
          </ButtonLink>
        }
      >
        Check the address. It may have been removed, or you may not be allowed to see it.
      </EmptyState>
    </main>
  );
}
