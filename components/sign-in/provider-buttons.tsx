import { Button } from "#components/ui/button.tsx";

export interface SignInProvider {
  readonly id: string;
  readonly name: string;
}

/** One plain form per identity provider: it works before any script is there. */
export function ProviderButtons({ providers, next }: { readonly providers: readonly SignInProvider[]; readonly next: string }) {
  return (
    <ul className="space-y-2">
      {providers.map(({ id, name }) => (
        <li key={id}>
          <form method="post" action={`/api/auth/signin/${id}`}>
            <input type="hidden" name="callbackUrl" value={next} />
            <Button type="submit" size="lg" className="w-full">
              <span className="truncate">Sign in with {name}</span>
            </Button>
          </form>
        </li>
      ))}
    </ul>
  );
}
