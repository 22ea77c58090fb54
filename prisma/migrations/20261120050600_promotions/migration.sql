-- Promotions, rollbacks, what lies between two commits, and the live check of images.
CREATE TYPE "PromotionStatus" AS ENUM ('requested', 'waiting', 'started', 'done', 'failed', 'withdrawn', 'refused');

ALTER TABLE "stage"
  ADD COLUMN "approvals_required" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "auto_rollback" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "rollback_after_seconds" INTEGER NOT NULL DEFAULT 300,
  ADD CONSTRAINT "stage_approvals_required_check" CHECK ("approvals_required" IN (0, 1)),
  ADD CONSTRAINT "stage_rollback_after_check" CHECK ("rollback_after_seconds" BETWEEN 10 AND 86400);

CREATE TABLE "promotion" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'promotion',
    "from_environment_id" UUID NOT NULL,
    "from_release_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "base_commit" TEXT,
    "to_stage_id" UUID NOT NULL,
    "ref_id" UUID,
    "to_environment_id" UUID,
    "keep" TEXT,
    "status" "PromotionStatus" NOT NULL DEFAULT 'requested',
    "asked_by_id" UUID,
    "asked_by_name" TEXT NOT NULL,
    "reason" TEXT,
    "override_reason" TEXT,
    "freeze_overridden" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by_name" TEXT,
    "note_code" TEXT,
    "note" TEXT,
    "tag" TEXT,
    "rolled_back_at" TIMESTAMPTZ(3),

    CONSTRAINT "promotion_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "promotion_kind_check" CHECK ("kind" IN ('promotion', 'rollback')),
    CONSTRAINT "promotion_keep_check" CHECK ("keep" IN ('configuration', 'image'))
);
CREATE TABLE "promotion_approval" (
    "id" UUID NOT NULL,
    "promotion_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "person_name" TEXT NOT NULL,
    "words" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "promotion_approval_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "commit_range" (
    "project_id" UUID NOT NULL,
    "from_commit" TEXT NOT NULL,
    "to_commit" TEXT NOT NULL,
    "commits_in" JSONB NOT NULL,
    "commits_out" JSONB NOT NULL,
    "in_count" INTEGER NOT NULL,
    "out_count" INTEGER NOT NULL,
    "complete" BOOLEAN NOT NULL,
    "migrations" TEXT[],
    "files_count" INTEGER NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "commit_range_pkey" PRIMARY KEY ("project_id", "from_commit", "to_commit")
);
CREATE TABLE "image_check" (
    "environment_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "registry_digest" TEXT,
    "approved_digest" TEXT,
    "app_image" TEXT,
    "tasks" INTEGER NOT NULL DEFAULT 0,
    "matching" INTEGER NOT NULL DEFAULT 0,
    "detail" TEXT,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "image_check_pkey" PRIMARY KEY ("environment_id")
);

ALTER TABLE "deployment"
  ADD COLUMN "image_id" UUID,
  ADD COLUMN "configuration_release_id" UUID,
  ADD COLUMN "promotion_id" UUID,
  ADD COLUMN "reason" TEXT;

CREATE INDEX "promotion_project_id_created_at_idx" ON "promotion"("project_id", "created_at");
CREATE INDEX "promotion_from_environment_id_idx" ON "promotion"("from_environment_id");
CREATE INDEX "promotion_to_environment_id_idx" ON "promotion"("to_environment_id");
CREATE INDEX "promotion_to_stage_id_idx" ON "promotion"("to_stage_id");
CREATE INDEX "promotion_image_id_idx" ON "promotion"("image_id");
CREATE UNIQUE INDEX "promotion_approval_promotion_id_person_id_key" ON "promotion_approval"("promotion_id", "person_id");
CREATE UNIQUE INDEX "deployment_promotion_id_key" ON "deployment"("promotion_id");
-- Into one place one at a time: of two people who ask at once, one is told of the other.
CREATE UNIQUE INDEX "promotion_one_at_a_time" ON "promotion"("to_stage_id", COALESCE("ref_id", '00000000-0000-0000-0000-000000000000'::uuid))
  WHERE "status" IN ('requested', 'waiting', 'started');
-- A stage with a single environment has no ref that could tell two of them apart.
CREATE UNIQUE INDEX "environment_one_single" ON "environment"("stage_id") WHERE "destroyed_at" IS NULL AND "desired" <> 'destroyed' AND "ref_id" IS NULL;

ALTER TABLE "promotion" ADD CONSTRAINT "promotion_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_from_environment_id_fkey" FOREIGN KEY ("from_environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_from_release_id_fkey" FOREIGN KEY ("from_release_id") REFERENCES "release"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_to_stage_id_fkey" FOREIGN KEY ("to_stage_id") REFERENCES "stage"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_to_environment_id_fkey" FOREIGN KEY ("to_environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_ref_id_fkey" FOREIGN KEY ("ref_id") REFERENCES "ref"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion_approval" ADD CONSTRAINT "promotion_approval_promotion_id_fkey" FOREIGN KEY ("promotion_id") REFERENCES "promotion"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "commit_range" ADD CONSTRAINT "commit_range_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "image_check" ADD CONSTRAINT "image_check_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_configuration_release_id_fkey" FOREIGN KEY ("configuration_release_id") REFERENCES "release"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_promotion_id_fkey" FOREIGN KEY ("promotion_id") REFERENCES "promotion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- The belt: whatever the program forgets, nothing comes into a stage that starts by promotion or asks for a verdict but what a promotion
-- carries there through its gates, or what answered there before.
CREATE FUNCTION "berth_guard_deployment"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  gate record;
  carried record;
  brought uuid := NEW.image_id;
BEGIN
  IF NEW.status NOT IN ('queued', 'preparing', 'deploying', 'verifying') THEN RETURN NEW; END IF;
  SELECT s.starts, s.verdict_required, s.approvals_required INTO gate
    FROM environment e JOIN stage s ON s.id = e.stage_id WHERE e.id = NEW.environment_id;
  IF gate.starts <> 'by_promotion' AND NOT gate.verdict_required THEN RETURN NEW; END IF;
  IF NEW.release_id IS NOT NULL THEN
    SELECT r.image_id INTO brought FROM release r WHERE r.id = NEW.release_id AND r.environment_id = NEW.environment_id;
    IF brought IS NULL OR (NEW.image_id IS NOT NULL AND NEW.image_id <> brought) THEN
      RAISE EXCEPTION 'berth_guard: the release is not of this environment, or not of this image' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF brought IS NULL THEN
    RAISE EXCEPTION 'berth_guard: into this stage only a promotion leads' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM release r WHERE r.environment_id = NEW.environment_id AND r.image_id = brought AND r.served_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  SELECT p.* INTO carried FROM promotion p
    WHERE p.id = NEW.promotion_id AND p.kind = 'promotion' AND p.status = 'started' AND p.image_id = brought AND p.to_environment_id = NEW.environment_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'berth_guard: into this stage only a promotion leads' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF gate.verdict_required AND NOT "berth_is_approved"(carried.from_environment_id, carried.image_id) THEN
      RAISE EXCEPTION 'berth_guard: the image is not approved' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM promotion_approval a WHERE a.promotion_id = carried.id AND a.person_id IS DISTINCT FROM carried.asked_by_id) < gate.approvals_required THEN
      RAISE EXCEPTION 'berth_guard: a second person has not agreed' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "deployment_guard" BEFORE INSERT OR UPDATE OF "status", "environment_id", "build_id", "release_id", "image_id", "promotion_id" ON "deployment"
  FOR EACH ROW EXECUTE FUNCTION "berth_guard_deployment"();

-- However a deployment ends, by whatever door, its promotion ends with it.
CREATE FUNCTION "berth_settle_promotion"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE promotion SET status = CASE WHEN NEW.status = 'live' THEN 'done'::"PromotionStatus" ELSE 'failed'::"PromotionStatus" END, ended_at = now(),
    note_code = COALESCE(NEW.error_code, CASE WHEN NEW.status = 'live' THEN NULL ELSE NEW.status::text END), note = NEW.error_text
  WHERE id = NEW.promotion_id AND status = 'started';
  RETURN NULL;
END $$;
CREATE TRIGGER "deployment_settles_promotion" AFTER UPDATE OF "status" ON "deployment"
  FOR EACH ROW WHEN (NEW.promotion_id IS NOT NULL AND NEW.status IN ('live', 'failed', 'cancelled', 'superseded'))
  EXECUTE FUNCTION "berth_settle_promotion"();

-- Whether the last verdict in an environment is a yes, to this image. Whether its configuration changed since, the program says.
CREATE FUNCTION "berth_is_approved"(environment UUID, carried_image UUID) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT COALESCE((
    SELECT v.kind = 'approve' AND v.image_digest = (SELECT i.digest FROM image i WHERE i.id = carried_image)
    FROM verdict v WHERE v.environment_id = environment ORDER BY v.number DESC LIMIT 1), false)
$$;
REVOKE ALL ON FUNCTION "berth_is_approved"(UUID, UUID) FROM PUBLIC;
