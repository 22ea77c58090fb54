import { notFound } from "next/navigation";

export const dynamic = "force-dynamic";

/** Where one is led who wants to open a host that leads nowhere, or to nothing he may view: there is no difference. */
export default function UnknownEnvironmentPage() {
  notFound();
}
