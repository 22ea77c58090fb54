import { Link2, Share2 } from "lucide-react";

import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ShareLinkRow, SharingPage } from "#lib/domain/share-links/queries.ts";

import { NewShareLinkButton } from "./new-share-link-button.tsx";

/** The links that show an environment to people without an account: make one (shown once), see who uses it, revoke. */
export function ShareLinks({
  environment,
  createShareLink,
  revokeShareLink,
}: {
  readonly environment: SharingPage;
  readonly createShareLink: FormAction;
  readonly revokeShareLink: FormAction;
}) {
  const { links, stage } = environment;
  return (
    <Section
      title="Share links"
      description={
        environment.public
          ? `Everybody may open this environment: the stage ${stage.title} is public. A link is not needed.`
          : "Whoever has such a link can open this environment, and nothing else, without signing in."
      }
      bodyClassName=""
      action={
        <NewShareLinkButton action={createShareLink} environment={environment.id}>
          <Share2 aria-hidden />
          New link
        </NewShareLinkButton>
      }
    >
      {links.length === 0 ? (
        <EmptyState icon={<Link2 aria-hidden />} title="No links">
          Make one for a customer or a colleague without an account. It ends by itself.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {links.map((link) => (
            <LinkLine key={link.id} link={link} revokeShareLink={revokeShareLink} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function LinkLine({ link, revokeShareLink }: { readonly link: ShareLinkRow; readonly revokeShareLink: FormAction }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1">
        <p>
          <bdi className="font-medium break-words">{link.note}</bdi>
        </p>
        <p className="text-faint text-xs">
          Made <RelativeTime at={link.createdAt} /> by <bdi>{link.createdBy}</bdi> ·{" "}
          {link.lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              used <RelativeTime at={link.lastUsedAt} />
            </>
          )}
        </p>
      </div>
      <Badge tone="warn">
        ends&nbsp;
        <RelativeTime at={link.expiresAt} />
      </Badge>
      <ConfirmButton
        size="sm"
        action={revokeShareLink}
        values={{ id: link.id }}
        words={{
          title: `Revoke the link for ${link.note}?`,
          changes: ["Whoever uses it sees nothing any more, at once."],
          undo: "It cannot be undone. Make a new link and send that one.",
          confirm: "Revoke the link",
        }}
      >
        Revoke
      </ConfirmButton>
    </li>
  );
}
