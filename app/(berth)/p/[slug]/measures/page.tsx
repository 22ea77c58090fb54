import type { Metadata } from "next";

import { projectHref } from "#components/environments/address.ts";
import { MeasureCard } from "#components/measures/measure-card.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { Link } from "#components/ui/link.tsx";
import { getMeasures, periodIn, periods } from "#lib/domain/measures/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Measures" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

export default async function MeasuresPage({ params, searchParams }: Properties) {
  const [{ slug }, { days }] = await Promise.all([params, searchParams]);
  const page = await readPage((reader, actor) => getMeasures(reader, actor, slug, periodIn(days)));
  return (
    <ProjectFrame project={page.project} sync={syncProject}>
      <nav aria-label="Period" className="mb-4 flex items-center gap-1 text-sm">
        <span className="text-faint mr-1">The last</span>
        {periods.map((period) => (
          <Link
            key={period}
            href={`${projectHref(slug)}/measures?days=${period}`}
            aria-current={period === page.days ? "true" : undefined}
            className="text-muted hover:bg-hover aria-[current]:bg-press aria-[current]:text-ink rounded-sm px-2.5 py-1 aria-[current]:font-medium"
          >
            {period} days
          </Link>
        ))}
      </nav>
      {page.measures.length === 0 ? (
        <p className="text-muted text-sm">The figures are about staging, UAT and production, which are not yours to see.</p>
      ) : (
        <div className="grid items-start gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {page.measures.map((measure) => (
            <MeasureCard key={measure.name} measure={measure} />
          ))}
        </div>
      )}
    </ProjectFrame>
  );
}
