interface JobFields {
  readonly name: string;
  readonly startKind: string;
  readonly command: string | null;
  readonly arguments: readonly string[];
  readonly cpus: number;
  readonly mem: number;
  readonly schedule: string | null;
  readonly timeZone: string;
  readonly concurrency: string;
  readonly startDeadlineSeconds: number;
  readonly timeLimitSeconds: number;
  readonly retries: number;
  readonly retryPauseSeconds: number;
  readonly paused: boolean;
}

/** A job's fields for the audit log. The command itself is masked: it may hold what only those who configure may read. */
export function auditFieldsOf(job: JobFields) {
  return {
    name: job.name,
    starts: job.startKind,
    command: job.command === null && job.arguments.length === 0 ? null : "masked",
    cpus: job.cpus,
    mem: job.mem,
    schedule: job.schedule,
    timeZone: job.timeZone,
    concurrency: job.concurrency,
    startDeadlineSeconds: job.startDeadlineSeconds,
    timeLimitSeconds: job.timeLimitSeconds,
    retries: job.retries,
    retryPauseSeconds: job.retryPauseSeconds,
    paused: job.paused,
  };
}
