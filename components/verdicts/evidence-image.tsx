/** A picture of a verdict, as it was kept: nothing behind the page makes it smaller. */
export function EvidenceImage({
  id,
  label,
  size,
  className,
}: {
  readonly id: string;
  readonly label: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly className: string;
}) {
  // oxlint-disable-next-line next/no-img-element -- there is no optimiser here, on purpose (next.config.ts), and these may be seen by few
  return <img src={`/evidence/${id}`} alt={label} loading="lazy" {...size} className={className} />;
}
