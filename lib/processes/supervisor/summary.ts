import { formatDuration } from "./terminal.ts";

/** What a person needs to know once everything runs. */
export interface Summary {
  readonly dashboardUrl: string;
  readonly home: string;
  readonly setupCode: string | null;
  readonly milliseconds: number;
  /** Sentences on guards that are off and parts that are missing. */
  readonly remarks: readonly string[];
}

export function describeReady(summary: Summary): string {
  const lines = [
    "",
    `  Berth is ready after ${formatDuration(summary.milliseconds)}. Open ${summary.dashboardUrl}`,
    ...(summary.setupCode === null ? [] : [`  Set-up code: ${summary.setupCode}   (makes the first admin; works once)`]),
    "",
    ...summary.remarks.map((remark) => `  Note: ${remark}`),
    `  Data and logs are in ${summary.home}. Ctrl-C ends everything; the next start finds it again.`,
    "",
  ];
  return lines.join("\n");
}
