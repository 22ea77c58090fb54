import type { ReactNode } from "react";

import { BlockerList } from "#components/blockers/blocker-list.tsx";
import { deploymentHref } from "#components/deployments/address.ts";
import { environmentHref, projectHref } from "#components/environments/address.ts";
import { ActionForm } from "#components/ui/action-form.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { Link } from "#components/ui/link.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { PromotionPage } from "#lib/domain/promotions/queries.ts";

import { Commits } from "./commits.tsx";
import { Carried } from "./plan-view.tsx";
import { PromotionBadge } from "./promotion-badge.tsx";

interface Actions {
  readonly approvePromotion: FormAction;
  readonly withdrawPromotion: FormAction;
}

/** One promotion: what is carried where, who asked, who agreed, and how it went. */
export function PromotionView({ page, actions }: { readonly page: PromotionPage; readonly actions: Actions }) {
  const { project, promotion } = page;
  const noun = promotion.kind === "rollback" ? "Rollback" : "Promotion";
  return (
    <>
      <PageHeader
        crumbs={[
          { label: project.name, href: projectHref(project.slug) },
          { label: promotion.from, href: environmentHref(project.slug, promotion.from) },
        ]}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {noun} to {promotion.to.title}
            <PromotionBadge promotion={promotion} />
          </span>
        }
        description={<Asked page={page} />}
        actions={<HeaderActions page={page} actions={actions} />}
      />
      <div className="mt-5 space-y-5">
        {/* What keeps it says the same with more. */}
        {promotion.note !== null && page.blockers.length === 0 && (
          <p className="bg-surface text-ink foreign rounded-md border px-4 py-3 text-sm">
            {promotion.note} {promotion.noteCode !== null && <code className="text-faint font-mono text-xs">{promotion.noteCode}</code>}
          </p>
        )}
        <BlockerList blockers={page.blockers} />
        <Approvals page={page} approve={actions.approvePromotion} />
        <Facts page={page} />
      </div>
    </>
  );
}

function Asked({ page: { promotion } }: { readonly page: PromotionPage }) {
  return (
    <span className="foreign">
      <bdi>{promotion.askedBy}</bdi> asked for it <RelativeTime at={promotion.createdAt} />
      {promotion.reason !== null && <>: “{promotion.reason}”</>}
      {promotion.overrideReason !== null && <> · in spite of a freeze: “{promotion.overrideReason}”</>}
    </span>
  );
}

function HeaderActions({ page, actions }: { readonly page: PromotionPage; readonly actions: Actions }) {
  const { promotion, withdraw } = page;
  return (
    <>
      {withdraw !== undefined && (
        <ConfirmButton
          action={actions.withdrawPromotion}
          values={{ promotion: promotion.id }}
          words={{
            title: "Withdraw this promotion?",
            changes: ["It does not start.", `What runs in ${promotion.to.title} stays.`],
            undo: "Ask for it again.",
            confirm: "Withdraw it",
          }}
        >
          Withdraw…
        </ConfirmButton>
      )}
      {promotion.deploymentId !== null && (
        <ButtonLink href={deploymentHref(promotion.deploymentId)} variant="primary">
          Deployment
        </ButtonLink>
      )}
    </>
  );
}

function Approvals({ page, approve }: { readonly page: PromotionPage; readonly approve: FormAction }) {
  if (page.approvalsNeeded === 0 && page.approvals.length === 0) return null;
  return (
    <Section title="Second person" description={`${page.approvalsGiven} of ${page.approvalsNeeded} agreed`}>
      <div className="space-y-3 text-sm">
        {page.approvals.map((approval) => (
          <p key={approval.person} className="foreign">
            <bdi className="font-medium">{approval.person}</bdi> agreed <RelativeTime at={approval.at} />
            {approval.words !== null && <>: “{approval.words}”</>}
          </p>
        ))}
        {page.approve?.reason === null && (
          <ActionForm action={approve} values={{ promotion: page.promotion.id }} className="flex flex-wrap items-end gap-2">
            <FormTextField name="words" label="Words" optional maxLength={2000} fieldClassName="min-w-56 grow" />
            <SubmitButton>Agree</SubmitButton>
          </ActionForm>
        )}
        {page.approve !== undefined && page.approve.reason !== null && <p className="text-muted">{page.approve.reason}</p>}
      </div>
    </Section>
  );
}

function Facts({ page: { project, promotion, release, commits } }: { readonly page: PromotionPage }) {
  const facts: ReadonlyArray<readonly [string, ReactNode]> = [
    ["Carries", <Carried key="carried" digest={promotion.digest} commit={promotion.commit} />],
    [
      "From",
      <span key="from">
        <Link href={environmentHref(project.slug, promotion.from)} className="text-link underline">
          {promotion.from}
        </Link>{" "}
        <span className="text-faint">release #{release}</span>
      </span>,
    ],
    [
      "To",
      promotion.to.environment === null ? (
        promotion.to.title
      ) : (
        <Link key="to" href={environmentHref(project.slug, promotion.to.environment)} className="text-link underline">
          {promotion.to.environment}
        </Link>
      ),
    ],
    ...(promotion.tag === null ? [] : [["Registry tag", <code key="tag">{promotion.tag}</code>] as const]),
    ...(promotion.startedAt === null ? [] : [["Started", <RelativeTime key="started" at={promotion.startedAt} />] as const]),
    ...(promotion.endedAt === null ? [] : [["Ended", <RelativeTime key="ended" at={promotion.endedAt} />] as const]),
  ];
  return (
    <Section title="What is carried">
      <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
        {facts.map(([term, value]) => (
          <div key={term} className="min-w-0">
            <dt className="text-faint text-xs">{term}</dt>
            <dd className="mt-0.5 min-w-0 wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 border-t pt-3 text-sm">
        <p className="text-faint mb-1 text-xs font-medium">Commits against what ran there when it was asked for</p>
        <Commits range={commits} />
      </div>
    </Section>
  );
}
