import { deploymentHref } from "#components/deployments/address.ts";
import { Card } from "#components/ui/card.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { spanText } from "#components/ui/time-text.ts";
import type { Measure, MeasureRow } from "#lib/domain/measures/figures.ts";

const words: Readonly<Record<Measure["name"], { readonly title: string; readonly meaning: string }>> = {
  lead_time: { title: "Lead time", meaning: "From a commit's first build to live in production; the median." },
  frequency: { title: "Deployments to production", meaning: "Those that went live, going back not counted." },
  failure_rate: { title: "Failure rate", meaning: "Deployments to production that failed or were rolled back by Berth." },
  time_to_restore: { title: "Time to restore", meaning: "From a failure or rollback to the next deployment that went live; the median." },
  review_wait: { title: "Review wait", meaning: "From live in staging or UAT to the first verdict; the median." },
};

/** More rows than these say nothing more on a page; the REST interface gives them all. */
const rowsShown = 20;

/** One figure, what it means, and the rows it is made of. */
export function MeasureCard({ measure }: { readonly measure: Measure }) {
  const { title, meaning } = words[measure.name];
  const newest = measure.rows.toReversed().slice(0, rowsShown);
  return (
    <Card>
      <section aria-label={title} className="p-4">
        <h2 className="text-muted text-sm">{title}</h2>
        <p className="mt-1 text-2xl font-semibold tabular-nums">{valueText(measure)}</p>
        <p className="text-faint mt-1 text-xs text-pretty">{meaning}</p>
        {newest.length > 0 && (
          <details className="mt-3 text-sm">
            <summary className="text-link w-fit cursor-pointer rounded-xs text-xs">
              {measure.rows.length} {measure.rows.length === 1 ? "row" : "rows"}
            </summary>
            <ul className="mt-2 divide-y rounded-md border">
              {newest.map((row, index) => (
                // Rows of one figure have no id of their own: one deployment may stand in it twice.
                <Row key={index} row={row} />
              ))}
            </ul>
            {measure.rows.length > rowsShown && <p className="text-faint mt-1 text-xs">and {measure.rows.length - rowsShown} older ones</p>}
          </details>
        )}
      </section>
    </Card>
  );
}

function Row({ row }: { readonly row: MeasureRow }) {
  const text = (
    <>
      <bdi className="font-medium">{row.environment}</bdi> {row.words}
    </>
  );
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-3 py-2 text-xs">
      {row.deploymentId === null ? (
        <span>{text}</span>
      ) : (
        <Link href={deploymentHref(row.deploymentId)} className="rounded-xs hover:underline">
          {text}
        </Link>
      )}
      <span className="text-faint tabular-nums">
        {row.ms !== null && <>{spanText(row.ms)} · </>}
        <RelativeTime at={row.at} />
      </span>
    </li>
  );
}

function valueText({ value, unit }: Measure): string {
  if (value === null) return "–";
  if (unit === "share") return `${Math.round(value * 100)} %`;
  if (unit === "per_week") return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} a week`;
  return spanText(value);
}
