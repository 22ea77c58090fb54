import { clsx } from "clsx";

/**
 * The first digits of an image's digest, with a square whose colour is made from the digest: the same image has the same colour
 * wherever it appears. The colour is a help, the digits are the truth.
 */
export function Digest({ digest, className }: { readonly digest: string; readonly className?: string | undefined }) {
  const hex = digest.slice(digest.indexOf(":") + 1);
  return (
    <span className={clsx("inline-flex items-center gap-1.5 whitespace-nowrap", className)} title={digest}>
      <DigestSquare hex={hex} />
      <code className="font-mono">
        <span className="sr-only">image </span>
        {hex.slice(0, 8)}
      </code>
    </span>
  );
}

function DigestSquare({ hex }: { readonly hex: string }) {
  const hue = (Number.parseInt(hex.slice(0, 4), 16) || 0) % 360;
  const second = (Number.parseInt(hex.slice(4, 8), 16) || 0) % 360;
  return (
    <svg aria-hidden viewBox="0 0 10 10" className="size-2.5 shrink-0 rounded-[2px]">
      <rect width="10" height="10" fill={`oklch(0.66 0.15 ${hue})`} />
      <path d="M0 10 10 0v10z" fill={`oklch(0.56 0.14 ${second})`} />
    </svg>
  );
}
