import { clsx } from "clsx";
import { Download, FileInput, TriangleAlert } from "lucide-react";

import { projectHref } from "#components/environments/address.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { AppSettingsPage } from "#lib/domain/app-settings/queries.ts";

import { ArtifactsSection, ConstraintsSection, DockerSection } from "./docker-section.tsx";
import { HealthSection } from "./health-section.tsx";
import { NetworkSection } from "./network-section.tsx";
import { PowersSection } from "./powers-section.tsx";
import { RoutingSection } from "./routing-section.tsx";
import type { AppSettingActions } from "./settings-section.tsx";
import { SizeSection } from "./size-section.tsx";
import { StartSection } from "./start-section.tsx";
import { UpgradeSection } from "./upgrade-section.tsx";

/** How the project's apps are run: the project's layer, or a stage's over it. */
export function AppSettingsView({
  page,
  actions,
  allow,
}: {
  readonly page: AppSettingsPage;
  readonly actions: AppSettingActions;
  readonly allow: FormAction;
}) {
  const base = `${projectHref(page.project.slug)}/app`;
  const query = page.stage === null ? "" : `?stage=${encodeURIComponent(page.stage.name)}`;
  return (
    <div className="max-w-4xl space-y-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Layers page={page} base={base} />
        <div className="flex flex-wrap gap-2">
          <ButtonLink href={`${base}/import${query}`}>
            <FileInput aria-hidden />
            Import
          </ButtonLink>
          <ButtonLink href={`${base}/export`}>
            <Download aria-hidden />
            Marathon JSON
          </ButtonLink>
        </div>
      </div>
      <p className="text-muted text-sm">
        {page.stage === null
          ? "What every stage inherits, unless it says something else. Changes apply from the next deployment on."
          : `What environments in ${page.stage.title} get. What is changed here goes over the project’s. Changes apply from the next deployment on.`}
      </p>
      {page.warnings.map((warning) => (
        <p key={warning} className="bg-warn-soft flex items-start gap-2 rounded-sm border px-3 py-2 text-sm">
          <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
          {warning}
        </p>
      ))}
      <SizeSection page={page} actions={actions} />
      <StartSection page={page} actions={actions} />
      <NetworkSection page={page} actions={actions} />
      <HealthSection page={page} actions={actions} />
      <UpgradeSection page={page} actions={actions} />
      <RoutingSection page={page} actions={actions} />
      <ArtifactsSection page={page} actions={actions} />
      <ConstraintsSection page={page} actions={actions} />
      <DockerSection page={page} actions={actions} />
      {page.stage === null && <PowersSection page={page} action={allow} />}
    </div>
  );
}

function Layers({ page, base }: { readonly page: AppSettingsPage; readonly base: string }) {
  const layers = [
    { name: null, title: "Project", href: base },
    ...page.stages.map(({ name, title }) => ({ name, title, href: `${base}?stage=${encodeURIComponent(name)}` })),
  ];
  return (
    <nav aria-label="Layer" className="bg-surface max-w-full rounded-sm border p-0.5">
      <ul className="flex flex-wrap gap-0.5">
        {layers.map(({ name, title, href }) => {
          const current = name === (page.stage?.name ?? null);
          return (
            <li key={href}>
              <Link
                href={href}
                aria-current={current ? "page" : undefined}
                className={clsx(
                  "flex h-7 items-center rounded-xs px-2.5 text-sm",
                  current ? "bg-hover text-ink font-medium" : "text-muted hover:text-ink",
                )}
              >
                {title}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
