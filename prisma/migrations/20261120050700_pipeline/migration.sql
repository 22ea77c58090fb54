-- Stages as data that people edit, freeze windows, what a repository says of its own pipeline, and checks that run before a stage.
ALTER TABLE "stage"
  ADD COLUMN "checks" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "removed_at" TIMESTAMPTZ(3);

CREATE TYPE "FreezeKind" AS ENUM ('once', 'recurring');

CREATE TABLE "freeze_window" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "stage_id" UUID,
    "title" TEXT NOT NULL,
    "kind" "FreezeKind" NOT NULL,
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "cron" TEXT,
    "duration_minutes" INTEGER,
    "time_zone" TEXT NOT NULL,
    "created_by_id" UUID,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "freeze_window_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "freeze_window_shape" CHECK (CASE "kind"
      WHEN 'once' THEN "starts_at" IS NOT NULL AND "ends_at" > "starts_at" AND "cron" IS NULL AND "duration_minutes" IS NULL
      ELSE "cron" IS NOT NULL AND "duration_minutes" > 0 AND "starts_at" IS NULL AND "ends_at" IS NULL END)
);
CREATE INDEX "freeze_window_project_id_idx" ON "freeze_window"("project_id");
ALTER TABLE "freeze_window" ADD CONSTRAINT "freeze_window_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "freeze_window" ADD CONSTRAINT "freeze_window_stage_id_fkey" FOREIGN KEY ("stage_id") REFERENCES "stage"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "pipeline_file" (
    "project_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "path" TEXT,
    "content" TEXT,
    "parsed" JSONB,
    "errors" JSONB NOT NULL DEFAULT '[]',
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pipeline_file_pkey" PRIMARY KEY ("project_id", "commit")
);
ALTER TABLE "pipeline_file" ADD CONSTRAINT "pipeline_file_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TYPE "CheckStatus" AS ENUM ('queued', 'running', 'passed', 'failed');

CREATE TABLE "check_run" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "command" JSONB NOT NULL,
    "timeout_seconds" INTEGER NOT NULL,
    "status" "CheckStatus" NOT NULL DEFAULT 'queued',
    "exit_code" INTEGER,
    "error_text" TEXT,
    "log_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "leased_by" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "check_run_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "check_run_log_id_key" ON "check_run"("log_id");
CREATE UNIQUE INDEX "check_run_project_id_digest_key_key" ON "check_run"("project_id", "digest", "key");
CREATE INDEX "check_run_status_idx" ON "check_run"("status");
ALTER TABLE "check_run" ADD CONSTRAINT "check_run_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "check_run" ADD CONSTRAINT "check_run_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "deployment_check" (
    "deployment_id" UUID NOT NULL,
    "check_run_id" UUID NOT NULL,

    CONSTRAINT "deployment_check_pkey" PRIMARY KEY ("deployment_id", "check_run_id")
);
CREATE INDEX "deployment_check_check_run_id_idx" ON "deployment_check"("check_run_id");
ALTER TABLE "deployment_check" ADD CONSTRAINT "deployment_check_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "deployment_check" ADD CONSTRAINT "deployment_check_check_run_id_fkey" FOREIGN KEY ("check_run_id") REFERENCES "check_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
