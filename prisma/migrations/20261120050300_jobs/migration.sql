-- Scheduled and one-off jobs of environments, and their runs.
CREATE TYPE "JobConcurrency" AS ENUM ('forbid', 'allow', 'replace');
CREATE TYPE "JobRunStatus" AS ENUM ('waiting', 'running', 'succeeded', 'failed', 'timed_out', 'skipped', 'stopped');

CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "start_kind" TEXT NOT NULL,
    "command" TEXT,
    "arguments" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "cpus" DOUBLE PRECISION NOT NULL,
    "mem" INTEGER NOT NULL,
    "schedule_kind" TEXT NOT NULL,
    "schedule" TEXT,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "anchor_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "concurrency" "JobConcurrency" NOT NULL DEFAULT 'forbid',
    "start_deadline_seconds" INTEGER NOT NULL DEFAULT 300,
    "time_limit_seconds" INTEGER NOT NULL DEFAULT 3600,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "retry_pause_seconds" INTEGER NOT NULL DEFAULT 60,
    "paused" BOOLEAN NOT NULL DEFAULT false,
    "next_due_at" TIMESTAMPTZ(3),
    "executor" TEXT NOT NULL DEFAULT 'apps',
    "revision" INTEGER NOT NULL DEFAULT 1,
    "outside_revision" INTEGER NOT NULL DEFAULT 0,
    "outside_state" JSONB,
    "outside_problem" TEXT,
    "created_by_id" UUID,
    "created_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_by_name" TEXT,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "job_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "job_environment_id_idx" ON "job"("environment_id");
CREATE INDEX "job_next_due_at_idx" ON "job"("next_due_at");
CREATE UNIQUE INDEX "job_name_key" ON "job"("environment_id", "name") WHERE "deleted_at" IS NULL;

CREATE TABLE "job_run" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "trigger" TEXT NOT NULL,
    "status" "JobRunStatus" NOT NULL DEFAULT 'waiting',
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "not_before" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "exit_code" INTEGER,
    "reason" TEXT,
    "release_id" UUID,
    "log_id" UUID NOT NULL,
    "requested_by_id" UUID,
    "requested_by_name" TEXT,
    "stop_requested_at" TIMESTAMPTZ(3),
    "stop_requested_by_name" TEXT,
    "intent_at" TIMESTAMPTZ(3),
    "app_id" TEXT,
    "task_id" TEXT,
    "agent_id" TEXT,
    "host" TEXT,
    "log_offsets" JSONB NOT NULL DEFAULT '{}',
    "outside_id" TEXT,
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "leased_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "job_run_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "job_run_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "job_run_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "release"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "job_run_job_id_due_at_key" ON "job_run"("job_id", "due_at");
CREATE UNIQUE INDEX "job_run_job_id_number_key" ON "job_run"("job_id", "number");
CREATE UNIQUE INDEX "job_run_job_id_outside_id_key" ON "job_run"("job_id", "outside_id");
CREATE UNIQUE INDEX "job_run_log_id_key" ON "job_run"("log_id");
CREATE INDEX "job_run_status_idx" ON "job_run"("status");
CREATE INDEX "job_run_release_id_idx" ON "job_run"("release_id");
