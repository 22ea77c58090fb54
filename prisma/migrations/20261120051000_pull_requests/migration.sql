-- Pull requests from forks: seen, never built before somebody approved the very commit, and run without secrets.
ALTER TABLE "project" ADD COLUMN "pull_requests" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "environment" ADD COLUMN "pull_request_id" UUID;

CREATE TABLE "pull_request" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "ref_name" TEXT,
    "commit" TEXT,
    "author_name" TEXT,
    "subject" TEXT,
    "title" TEXT,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "pull_request_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "pull_request_approval" (
    "pull_request_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "approved_by_id" UUID,
    "approved_by_name" TEXT NOT NULL,
    "approved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pull_request_approval_pkey" PRIMARY KEY ("pull_request_id","commit")
);
CREATE UNIQUE INDEX "pull_request_project_id_number_key" ON "pull_request"("project_id", "number");
CREATE INDEX "environment_pull_request_id_idx" ON "environment"("pull_request_id");
ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "pull_request_approval" ADD CONSTRAINT "pull_request_approval_pull_request_id_fkey" FOREIGN KEY ("pull_request_id") REFERENCES "pull_request"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "environment" ADD CONSTRAINT "environment_pull_request_id_fkey" FOREIGN KEY ("pull_request_id") REFERENCES "pull_request"("id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- An environment of a pull request has no ref either, and is not the stage's single one.
DROP INDEX "environment_one_single";
CREATE UNIQUE INDEX "environment_one_single" ON "environment"("stage_id")
  WHERE "destroyed_at" IS NULL AND "desired" <> 'destroyed' AND "ref_id" IS NULL AND "pull_request_id" IS NULL;
CREATE UNIQUE INDEX "environment_one_per_pull_request" ON "environment"("stage_id", "pull_request_id")
  WHERE "destroyed_at" IS NULL AND "desired" <> 'destroyed' AND "pull_request_id" IS NOT NULL;

-- The belt, whatever the program forgets. Whose an environment is, is settled when it is made, and it is one of the review kind.
CREATE FUNCTION "berth_guard_pull_environment"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.pull_request_id IS DISTINCT FROM OLD.pull_request_id THEN
    RAISE EXCEPTION 'berth_guard: an environment stays what it was made for' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.pull_request_id IS NOT NULL AND (NEW.ref_id IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM stage s WHERE s.id = NEW.stage_id AND s.kind = 'review' AND s.project_id = NEW.project_id)) THEN
    RAISE EXCEPTION 'berth_guard: a pull request runs in review alone' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "environment_guard_pull" BEFORE INSERT OR UPDATE OF "pull_request_id", "stage_id", "ref_id" ON "environment"
  FOR EACH ROW EXECUTE FUNCTION "berth_guard_pull_environment"();

-- Only an approved commit is built for it or runs in it, and nowhere else is anything built from a pull request's ref.
CREATE FUNCTION "berth_guard_pull_deployment"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  pull uuid;
BEGIN
  IF NEW.status NOT IN ('queued', 'preparing', 'deploying', 'verifying') THEN RETURN NEW; END IF;
  SELECT e.pull_request_id INTO pull FROM environment e WHERE e.id = NEW.environment_id;
  IF pull IS NULL THEN
    IF NEW.ref_name ~ '^refs/(pull|merge-requests)/' THEN
      RAISE EXCEPTION 'berth_guard: a pull request is built for its own environment alone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pull_request_approval a WHERE a.pull_request_id = pull AND a.commit = NEW.commit)
    OR EXISTS (SELECT 1 FROM image i WHERE i.id = NEW.image_id AND i.commit <> NEW.commit)
    OR EXISTS (SELECT 1 FROM release r WHERE r.id = NEW.release_id AND (r.commit <> NEW.commit OR r.environment_id <> NEW.environment_id)) THEN
    RAISE EXCEPTION 'berth_guard: nobody approved this commit of the pull request' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "deployment_guard_pull" BEFORE INSERT OR UPDATE OF "status", "environment_id", "commit", "ref_name", "release_id", "image_id" ON "deployment"
  FOR EACH ROW EXECUTE FUNCTION "berth_guard_pull_deployment"();

CREATE FUNCTION "berth_guard_pull_release"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF jsonb_path_exists(NEW.variables, '$.*.secretId')
    AND EXISTS (SELECT 1 FROM environment e WHERE e.id = NEW.environment_id AND e.pull_request_id IS NOT NULL) THEN
    RAISE EXCEPTION 'berth_guard: a pull request runs without secrets' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "release_guard_pull" BEFORE INSERT OR UPDATE OF "variables", "environment_id" ON "release"
  FOR EACH ROW EXECUTE FUNCTION "berth_guard_pull_release"();

CREATE FUNCTION "berth_guard_pull_promotion"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.kind = 'promotion' AND EXISTS (SELECT 1 FROM environment e WHERE e.id IN (NEW.from_environment_id, NEW.to_environment_id) AND e.pull_request_id IS NOT NULL) THEN
    RAISE EXCEPTION 'berth_guard: what came with a pull request is never promoted' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "promotion_guard_pull" BEFORE INSERT OR UPDATE OF "from_environment_id", "to_environment_id", "kind" ON "promotion"
  FOR EACH ROW EXECUTE FUNCTION "berth_guard_pull_promotion"();
