import NextLink from "next/link";
import type { ComponentProps } from "react";

/**
 * A link inside Berth. Nothing is fetched before it is followed: pages show live state, so what was fetched early would be old, and a
 * board of a hundred cards would ask for a hundred pages each time something moves.
 */
export function Link(properties: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...properties} />;
}
