/** The names by which Mesos-DNS makes tasks known, which the embedded scheduler gives its containers too. */

const longestLabel = 63;

/** As Mesos-DNS makes a host name label of a task's name: what may not stand in one is left out, the rest is cut. */
function hostLabel(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[._]/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "");
  return plain.replace(/^-+/, "").slice(0, longestLabel).replace(/-+$/, "");
}

export interface InternalName {
  /** Its addresses: `issue-1-review-shop-berth.marathon.mesos`. */
  readonly host: string;
  /** Its addresses with their ports, where a resolver knows SRV records: `_issue-1-review-shop-berth._tcp.marathon.mesos`. */
  readonly service: string;
  /** Longer than a name can be: another app whose name begins alike may answer as well. */
  readonly isCut: boolean;
}

/**
 * What an app is called inside its cluster: Marathon reverses the path to `issue-1.review.shop.berth`, Mesos-DNS makes one label of it, and
 * the framework's own name follows.
 */
export function internalNameOf(appId: string, framework = "marathon", domain = "mesos"): InternalName {
  const name = appId
    .split("/")
    .filter((segment) => segment !== "")
    .toReversed()
    .join(".");
  const label = hostLabel(name);
  const frame = framework
    .split(".")
    .map(hostLabel)
    .filter((part) => part !== "")
    .join(".");
  const below = `${frame === "" ? "marathon" : frame}.${domain}`;
  return { host: `${label}.${below}`, service: `_${label}._tcp.${below}`, isCut: name.length > longestLabel };
}
