import { Badge } from "#components/ui/badge.tsx";
import type { SettingSource } from "#lib/domain/app-settings/resolve.ts";
import { sourceWords } from "#lib/domain/app-settings/words.ts";

const tones = { default: "neutral", file: "busy", project: "good", stage: "accent" } as const;

/** Where a value comes from. */
export function SourceBadge({ source }: { readonly source: SettingSource }) {
  return (
    <Badge tone={tones[source]} className="ml-1.5 font-normal">
      {sourceWords[source]}
    </Badge>
  );
}

/** A setting's name with where its value comes from. */
export function Sourced({ label, source }: { readonly label: string; readonly source: SettingSource }) {
  return (
    <>
      {label}
      <SourceBadge source={source} />
    </>
  );
}
