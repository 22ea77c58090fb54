-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('developer', 'tester', 'ops');

-- CreateEnum
CREATE TYPE "BuildStatus" AS ENUM ('queued', 'fetching', 'building', 'pushing', 'built', 'failed', 'cancelled', 'superseded');

-- CreateEnum
CREATE TYPE "DesiredState" AS ENUM ('running', 'stopped', 'destroyed');

-- CreateEnum
CREATE TYPE "DeploymentStatus" AS ENUM ('queued', 'preparing', 'deploying', 'verifying', 'live', 'failed', 'cancelled', 'superseded');

-- CreateEnum
CREATE TYPE "StepStatus" AS ENUM ('waiting', 'running', 'done', 'failed', 'skipped');

-- CreateEnum
CREATE TYPE "RepositoryKind" AS ENUM ('builtin', 'remote');

-- CreateEnum
CREATE TYPE "StageKind" AS ENUM ('review', 'demo', 'staging', 'uat', 'production');

-- CreateEnum
CREATE TYPE "StageStart" AS ENUM ('on_push', 'on_click', 'by_promotion');

-- CreateEnum
CREATE TYPE "RefKind" AS ENUM ('branch', 'tag');

-- CreateEnum
CREATE TYPE "VariableKind" AS ENUM ('plain', 'secret');

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT,
    "is_admin" BOOLEAN NOT NULL DEFAULT false,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "id_hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "user_agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "project_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "role" "Role" NOT NULL,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("project_id","person_id","role")
);

-- CreateTable
CREATE TABLE "permission" (
    "role" "Role" NOT NULL,
    "stage_kind" "StageKind" NOT NULL,
    "verb" TEXT NOT NULL,

    CONSTRAINT "permission_pkey" PRIMARY KEY ("role","stage_kind","verb")
);

-- CreateTable
CREATE TABLE "setup" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "code_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "setup_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_attempt" (
    "id" BIGSERIAL NOT NULL,
    "account" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_in_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "token_id" UUID,
    "source_ip" TEXT,
    "request_id" TEXT,
    "action" TEXT NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT,
    "project_id" UUID,
    "environment_id" UUID,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "detail" JSONB,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "project_id" UUID,
    "environment_id" UUID,
    "deployment_id" UUID,
    "actor_name" TEXT,
    "message" TEXT,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "build" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "dockerfile_path" TEXT NOT NULL,
    "context_path" TEXT NOT NULL,
    "ref_name" TEXT NOT NULL,
    "status" "BuildStatus" NOT NULL DEFAULT 'queued',
    "error_code" TEXT,
    "error_text" TEXT,
    "image_id" UUID,
    "log_id" UUID NOT NULL,
    "requested_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),
    "expired_at" TIMESTAMPTZ(3),
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "leased_by" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "build_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "repository" TEXT NOT NULL,
    "tag" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "engine_id" TEXT NOT NULL,
    "pushed" BOOLEAN NOT NULL,
    "ports" INTEGER[],
    "size_bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_chunk" (
    "log_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "text" TEXT NOT NULL,

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("log_id","seq")
);

-- CreateTable
CREATE TABLE "environment" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "stage_id" UUID NOT NULL,
    "ref_id" UUID,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "desired" "DesiredState" NOT NULL DEFAULT 'running',
    "live_release_id" UUID,
    "app_id" TEXT NOT NULL,
    "instances" INTEGER NOT NULL,
    "health" TEXT NOT NULL DEFAULT 'unknown',
    "health_detail" TEXT,
    "runtime_log_id" UUID NOT NULL,
    "log_watched_until" TIMESTAMPTZ(3),
    "log_offsets" JSONB NOT NULL DEFAULT '{}',
    "created_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "destroyed_at" TIMESTAMPTZ(3),
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "leased_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release" (
    "id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "image_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "variables" JSONB NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "instances" INTEGER NOT NULL,
    "cpus" DOUBLE PRECISION NOT NULL,
    "mem" INTEGER NOT NULL,
    "port" INTEGER NOT NULL,
    "health_path" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by_name" TEXT,
    "served_at" TIMESTAMPTZ(3),

    CONSTRAINT "release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "status" "DeploymentStatus" NOT NULL DEFAULT 'queued',
    "trigger" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "subject" TEXT,
    "ref_name" TEXT NOT NULL,
    "build_id" UUID,
    "release_id" UUID,
    "error_code" TEXT,
    "error_text" TEXT,
    "requested_by_id" UUID,
    "requested_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),
    "intent_at" TIMESTAMPTZ(3),
    "marathon_version" TEXT,
    "marathon_deployment_id" TEXT,

    CONSTRAINT "deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_step" (
    "deployment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "status" "StepStatus" NOT NULL DEFAULT 'waiting',
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "detail" TEXT,

    CONSTRAINT "deployment_step_pkey" PRIMARY KEY ("deployment_id","name")
);

-- CreateTable
CREATE TABLE "route" (
    "environment_id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "project_name" TEXT NOT NULL,
    "environment_name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "targets" JSONB NOT NULL DEFAULT '[]',
    "release_id" UUID,
    "note" TEXT,
    "link" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "route_pkey" PRIMARY KEY ("environment_id")
);

-- CreateTable
CREATE TABLE "worker_heartbeat" (
    "pool_id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "beat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_heartbeat_pkey" PRIMARY KEY ("pool_id")
);

-- CreateTable
CREATE TABLE "part_status" (
    "part" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "detail" TEXT,
    "facts" JSONB,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "part_status_pkey" PRIMARY KEY ("part")
);

-- CreateTable
CREATE TABLE "project" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "repository_kind" "RepositoryKind" NOT NULL,
    "repository_url" TEXT,
    "default_branch" TEXT,
    "dockerfile_path" TEXT NOT NULL DEFAULT 'Dockerfile',
    "context_path" TEXT NOT NULL DEFAULT '.',
    "port" INTEGER,
    "health_path" TEXT NOT NULL DEFAULT '/',
    "health_timeout_seconds" INTEGER NOT NULL DEFAULT 120,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "sync_requested_at" TIMESTAMPTZ(3),
    "synced_at" TIMESTAMPTZ(3),
    "sync_error_code" TEXT,
    "sync_error_text" TEXT,

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository_credential" (
    "project_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "username" TEXT,
    "public_key" TEXT,
    "secret_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "repository_credential_pkey" PRIMARY KEY ("project_id")
);

-- CreateTable
CREATE TABLE "stage" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "kind" "StageKind" NOT NULL,
    "position" INTEGER NOT NULL,
    "ref_kind" "RefKind",
    "ref_pattern" TEXT NOT NULL,
    "per_ref" BOOLEAN NOT NULL DEFAULT true,
    "starts" "StageStart" NOT NULL,
    "redeploy_on_push" BOOLEAN NOT NULL DEFAULT true,
    "verdict_required" BOOLEAN NOT NULL DEFAULT false,
    "instances" INTEGER NOT NULL DEFAULT 1,
    "cpus" DOUBLE PRECISION NOT NULL DEFAULT 0.25,
    "mem" INTEGER NOT NULL DEFAULT 256,
    "ttl_hours" INTEGER,

    CONSTRAINT "stage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ref" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "kind" "RefKind" NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "author_name" TEXT,
    "author_email" TEXT,
    "subject" TEXT,
    "committed_at" TIMESTAMPTZ(3),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "ref_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "variable" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "stage_id" UUID,
    "environment_id" UUID,
    "name" TEXT NOT NULL,
    "kind" "VariableKind" NOT NULL,
    "value" TEXT,
    "secret_id" UUID,
    "changed_by_name" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "variable_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sealed_secret" (
    "id" UUID NOT NULL,
    "kid" TEXT NOT NULL,
    "epk" BYTEA NOT NULL,
    "wrapped_dek" BYTEA NOT NULL,
    "nonce" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "scope" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealed_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sealing_key" (
    "kid" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealing_key_pkey" PRIMARY KEY ("kid")
);

-- CreateIndex
CREATE UNIQUE INDEX "person_email_key" ON "person"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_id_hash_key" ON "session"("id_hash");

-- CreateIndex
CREATE INDEX "session_person_id_idx" ON "session"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE INDEX "api_token_person_id_idx" ON "api_token"("person_id");

-- CreateIndex
CREATE INDEX "membership_person_id_idx" ON "membership"("person_id");

-- CreateIndex
CREATE INDEX "sign_in_attempt_account_at_idx" ON "sign_in_attempt"("account", "at");

-- CreateIndex
CREATE INDEX "sign_in_attempt_address_at_idx" ON "sign_in_attempt"("address", "at");

-- CreateIndex
CREATE INDEX "audit_entry_project_id_seq_idx" ON "audit_entry"("project_id", "seq");

-- CreateIndex
CREATE INDEX "audit_entry_environment_id_seq_idx" ON "audit_entry"("environment_id", "seq");

-- CreateIndex
CREATE INDEX "event_environment_id_id_idx" ON "event"("environment_id", "id");

-- CreateIndex
CREATE INDEX "event_project_id_id_idx" ON "event"("project_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "build_log_id_key" ON "build"("log_id");

-- CreateIndex
CREATE INDEX "build_project_id_commit_recipe_idx" ON "build"("project_id", "commit", "recipe");

-- CreateIndex
CREATE INDEX "image_project_id_digest_idx" ON "image"("project_id", "digest");

-- CreateIndex
CREATE UNIQUE INDEX "environment_live_release_id_key" ON "environment"("live_release_id");

-- CreateIndex
CREATE UNIQUE INDEX "environment_runtime_log_id_key" ON "environment"("runtime_log_id");

-- CreateIndex
CREATE INDEX "environment_project_id_destroyed_at_idx" ON "environment"("project_id", "destroyed_at");

-- CreateIndex
CREATE INDEX "environment_stage_id_idx" ON "environment"("stage_id");

-- CreateIndex
CREATE INDEX "environment_ref_id_idx" ON "environment"("ref_id");

-- CreateIndex
CREATE UNIQUE INDEX "release_environment_id_number_key" ON "release"("environment_id", "number");

-- CreateIndex
CREATE INDEX "deployment_project_id_created_at_idx" ON "deployment"("project_id", "created_at");

-- CreateIndex
CREATE INDEX "deployment_build_id_idx" ON "deployment"("build_id");

-- CreateIndex
CREATE UNIQUE INDEX "deployment_environment_id_number_key" ON "deployment"("environment_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "route_host_key" ON "route"("host");

-- CreateIndex
CREATE UNIQUE INDEX "project_slug_key" ON "project"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "stage_project_id_name_key" ON "stage"("project_id", "name");

-- CreateIndex
CREATE INDEX "ref_project_id_gone_at_changed_at_idx" ON "ref"("project_id", "gone_at", "changed_at");

-- CreateIndex
CREATE UNIQUE INDEX "ref_project_id_kind_name_key" ON "ref"("project_id", "kind", "name");

-- CreateIndex
CREATE UNIQUE INDEX "ref_project_id_slug_key" ON "ref"("project_id", "slug");

-- CreateIndex
CREATE INDEX "variable_project_id_idx" ON "variable"("project_id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "build" ADD CONSTRAINT "build_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "build" ADD CONSTRAINT "build_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image" ADD CONSTRAINT "image_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment" ADD CONSTRAINT "environment_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment" ADD CONSTRAINT "environment_stage_id_fkey" FOREIGN KEY ("stage_id") REFERENCES "stage"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment" ADD CONSTRAINT "environment_ref_id_fkey" FOREIGN KEY ("ref_id") REFERENCES "ref"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment" ADD CONSTRAINT "environment_live_release_id_fkey" FOREIGN KEY ("live_release_id") REFERENCES "release"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "build"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "release"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_step" ADD CONSTRAINT "deployment_step_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "route" ADD CONSTRAINT "route_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_credential" ADD CONSTRAINT "repository_credential_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_credential" ADD CONSTRAINT "repository_credential_secret_id_fkey" FOREIGN KEY ("secret_id") REFERENCES "sealed_secret"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stage" ADD CONSTRAINT "stage_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ref" ADD CONSTRAINT "ref_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variable" ADD CONSTRAINT "variable_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variable" ADD CONSTRAINT "variable_stage_id_fkey" FOREIGN KEY ("stage_id") REFERENCES "stage"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variable" ADD CONSTRAINT "variable_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "variable" ADD CONSTRAINT "variable_secret_id_fkey" FOREIGN KEY ("secret_id") REFERENCES "sealed_secret"("id") ON DELETE SET NULL ON UPDATE CASCADE;


-- What Prisma's schema language cannot say.

-- A commit is built once per recipe: one build that is under way or done.
CREATE UNIQUE INDEX "build_one_per_recipe" ON "build" ("project_id", "commit", "recipe")
  WHERE "status" IN ('queued', 'fetching', 'building', 'pushing', 'built') AND "expired_at" IS NULL;

-- One deployment waits and one runs per environment: a third has to supersede the one that waits.
CREATE UNIQUE INDEX "deployment_one_queued" ON "deployment" ("environment_id") WHERE "status" = 'queued';
CREATE UNIQUE INDEX "deployment_one_running" ON "deployment" ("environment_id") WHERE "status" IN ('preparing', 'deploying', 'verifying');

-- Destroyed environments keep their rows for the history, not their place.
CREATE UNIQUE INDEX "environment_one_per_ref" ON "environment" ("stage_id", "ref_id") WHERE "destroyed_at" IS NULL AND "desired" <> 'destroyed' AND "ref_id" IS NOT NULL;
CREATE UNIQUE INDEX "environment_one_per_host" ON "environment" ("host") WHERE "destroyed_at" IS NULL;
CREATE UNIQUE INDEX "environment_one_per_app" ON "environment" ("app_id") WHERE "destroyed_at" IS NULL;

-- One value per name and scope.
CREATE UNIQUE INDEX "variable_one_per_scope" ON "variable"
  ("project_id", COALESCE("stage_id", '00000000-0000-0000-0000-000000000000'), COALESCE("environment_id", '00000000-0000-0000-0000-000000000000'), "name");
ALTER TABLE "variable" ADD CONSTRAINT "variable_one_scope" CHECK ("stage_id" IS NULL OR "environment_id" IS NULL);
ALTER TABLE "variable" ADD CONSTRAINT "variable_value_by_kind" CHECK (("kind" = 'plain') = ("secret_id" IS NULL));
ALTER TABLE "setup" ADD CONSTRAINT "setup_one_row" CHECK ("id" = 1);

-- Pages follow events: the payload names rows and never carries their content.
CREATE FUNCTION "notify_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_events', json_build_object(
    'id', NEW."id"::text, 'kind', NEW."kind", 'project', NEW."project_id", 'environment', NEW."environment_id", 'deployment', NEW."deployment_id")::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "event_notify" AFTER INSERT ON "event" FOR EACH ROW EXECUTE FUNCTION "notify_event"();

CREATE FUNCTION "notify_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_logs', NEW."log_id"::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "log_chunk_notify" AFTER INSERT ON "log_chunk" FOR EACH ROW EXECUTE FUNCTION "notify_log"();

CREATE FUNCTION "notify_route"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_routes', COALESCE(NEW."environment_id", OLD."environment_id")::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "route_notify" AFTER INSERT OR UPDATE OR DELETE ON "route" FOR EACH ROW EXECUTE FUNCTION "notify_route"();

-- The default matrix: role x kind of stage x verb. Admins may do everything and need no rows.
INSERT INTO "permission" ("role", "stage_kind", "verb")
SELECT role::"Role", stage::"StageKind", unnest(verbs) FROM (VALUES
  ('developer', 'review', ARRAY['view', 'logs', 'deploy', 'configure', 'destroy']),
  ('developer', 'demo', ARRAY['view', 'logs', 'deploy']),
  ('developer', 'staging', ARRAY['view']),
  ('tester', 'review', ARRAY['view', 'logs', 'verdict']),
  ('tester', 'demo', ARRAY['view', 'logs', 'verdict']),
  ('tester', 'staging', ARRAY['view', 'logs', 'deploy', 'verdict']),
  ('tester', 'uat', ARRAY['view', 'logs', 'verdict', 'promote']),
  ('ops', 'review', ARRAY['view', 'logs']),
  ('ops', 'demo', ARRAY['view', 'logs', 'deploy', 'configure', 'scale', 'destroy']),
  ('ops', 'staging', ARRAY['view', 'logs', 'deploy', 'configure', 'scale', 'destroy', 'promote']),
  ('ops', 'uat', ARRAY['view', 'logs', 'deploy', 'configure', 'scale', 'destroy', 'promote']),
  ('ops', 'production', ARRAY['view', 'logs', 'deploy', 'configure', 'scale', 'destroy', 'promote'])
) AS matrix(role, stage, verbs);
