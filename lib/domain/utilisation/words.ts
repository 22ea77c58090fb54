/** `0.25`, `12`: as many digits as tell something. */
export function cpusText(cpus: number): string {
  const digits = cpus >= 100 ? 0 : cpus >= 10 ? 1 : 2;
  return String(Number(cpus.toFixed(digits)));
}

/** `512 MiB`, `1.5 GiB`, `2 TiB`. */
export function memoryText(mebibytes: number): string {
  const units = ["MiB", "GiB", "TiB", "PiB"];
  let [value, unit] = [mebibytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${Number(value.toFixed(unit === 0 || value >= 100 ? 0 : 1))} ${units[unit]}`;
}

/** `12 %`; what is there but rounds to nothing is `< 1 %`. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return "0 %";
  const percent = Math.round((part / whole) * 100);
  return percent === 0 ? "< 1 %" : `${percent} %`;
}

/** `between 3 % and 20 %`, `12 %` where it never moved; null without values. */
export function rangeText(shares: readonly number[]): string | null {
  if (shares.length === 0) return null;
  const [low, high] = [shareText(Math.min(...shares), 1), shareText(Math.max(...shares), 1)];
  return low === high ? low : `between ${low} and ${high}`;
}
