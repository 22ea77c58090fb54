import type { HistoryPoint } from "#lib/domain/utilisation/queries.ts";
import { rangeText } from "#lib/domain/utilisation/words.ts";

const dayMs = 24 * 3_600_000;
const [width, height] = [288, 40];

/** The last day of a cluster's CPUs and memory as curves, each told in words. */
export function History({ points, until }: { readonly points: readonly HistoryPoint[]; readonly until: Date }) {
  if (points.length < 2) return <p className="text-faint text-xs">The curve of the last day begins after some minutes.</p>;
  return (
    <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
      {(["cpus", "mem"] as const).map((resource) => (
        <figure key={resource} className="min-w-0 space-y-1">
          <Curves points={points} resource={resource} until={until} />
          <figcaption className="text-faint text-xs">{words(points, resource)}</figcaption>
        </figure>
      ))}
    </div>
  );
}

type Resource = "cpus" | "mem";

function words(points: readonly HistoryPoint[], resource: Resource): string {
  const promised = rangeText(points.map((point) => point[resource].promised));
  const used = rangeText(points.flatMap((point) => point[resource].used ?? []));
  const name = resource === "cpus" ? "CPUs" : "Memory";
  return `${name}, last day: ${promised} promised, ${used === null ? "use not measured" : `${used} used`}`;
}

function Curves({
  points,
  resource,
  until,
}: {
  readonly points: readonly HistoryPoint[];
  readonly resource: Resource;
  readonly until: Date;
}) {
  const from = until.getTime() - dayMs;
  const place = (at: Date, share: number) => {
    const x = Math.max(0, Math.min(1, (at.getTime() - from) / dayMs)) * width;
    return `${x.toFixed(1)},${(height - Math.min(1, share) * (height - 2) - 1).toFixed(1)}`;
  };
  const promised = points.map((point) => place(point.at, point[resource].promised));
  const used = points.flatMap((point) => {
    const share = point[resource].used;
    return share === null ? [] : [place(point.at, share)];
  });
  return (
    <svg aria-hidden viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="bg-sunken h-10 w-full rounded-xs border">
      <polyline points={promised.join(" ")} fill="none" vectorEffect="non-scaling-stroke" className="stroke-busy" strokeDasharray="3 2" />
      <polyline points={used.join(" ")} fill="none" vectorEffect="non-scaling-stroke" className="stroke-accent" strokeWidth="1.5" />
    </svg>
  );
}
