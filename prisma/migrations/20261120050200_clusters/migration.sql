-- Several clusters: what is attached, what is chosen, where each environment runs.

CREATE TABLE "cluster" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "embedded" BOOLEAN NOT NULL DEFAULT false,
    "urls" TEXT[],
    "credential_kind" TEXT NOT NULL DEFAULT 'none',
    "username" TEXT,
    "secret_id" UUID,
    "ca_certificate" TEXT,
    "mesos_url" TEXT,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "added_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'checking',
    "state_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "detail" TEXT,
    "seen_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "version" TEXT,
    "dialect" TEXT,
    "leader" TEXT,
    "events_connected_at" TIMESTAMPTZ(3),
    "event_seen_at" TIMESTAMPTZ(3),
    "report" JSONB,
    "checked_at" TIMESTAMPTZ(3),
    "check_requested_at" TIMESTAMPTZ(3),

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "cluster_state" CHECK ("state" IN ('checking', 'up', 'down')),
    CONSTRAINT "cluster_credentials" CHECK (
        ("credential_kind" = 'none' AND "username" IS NULL AND "secret_id" IS NULL)
        OR ("credential_kind" = 'basic' AND "username" IS NOT NULL AND ("secret_id" IS NOT NULL OR "is_default"))
        OR ("credential_kind" = 'token' AND "username" IS NULL AND ("secret_id" IS NOT NULL OR "is_default"))
    )
);
CREATE UNIQUE INDEX "cluster_slug_key" ON "cluster"("slug");
CREATE INDEX "cluster_secret_id_idx" ON "cluster"("secret_id");
CREATE UNIQUE INDEX "cluster_one_default" ON "cluster" ("is_default") WHERE "is_default";
ALTER TABLE "cluster" ADD CONSTRAINT "cluster_secret_id_fkey" FOREIGN KEY ("secret_id") REFERENCES "sealed_secret"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "project" ADD COLUMN "cluster_id" UUID;
ALTER TABLE "stage" ADD COLUMN "own_cluster" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "stage" ADD COLUMN "cluster_id" UUID;
ALTER TABLE "environment" ADD COLUMN "cluster_id" UUID;
-- A cluster that is chosen or used cannot go.
ALTER TABLE "project" ADD CONSTRAINT "project_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cluster"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "stage" ADD CONSTRAINT "stage_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cluster"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "environment" ADD CONSTRAINT "environment_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cluster"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "environment_in_cluster" ON "environment" ("cluster_id") WHERE "cluster_id" IS NOT NULL;

-- Row 1 stays what it was: the cluster of the settings.
CREATE SEQUENCE "cluster_snapshot_id_seq" AS INTEGER START WITH 2 OWNED BY "cluster_snapshot"."id";
ALTER TABLE "cluster_snapshot" ALTER COLUMN "id" SET DEFAULT nextval('cluster_snapshot_id_seq');
ALTER TABLE "cluster_snapshot" ADD COLUMN "cluster_id" UUID;
CREATE UNIQUE INDEX "cluster_snapshot_cluster_id_key" ON "cluster_snapshot"("cluster_id");
ALTER TABLE "cluster_snapshot" ADD CONSTRAINT "cluster_snapshot_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cluster"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Its app would stay behind where it was: an environment is moved by making it again.
CREATE FUNCTION berth_environment_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.cluster_id IS DISTINCT FROM OLD.cluster_id AND OLD.destroyed_at IS NULL THEN
    RAISE EXCEPTION 'an environment stays in the cluster it was made in';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER environment_stays BEFORE UPDATE OF cluster_id ON environment FOR EACH ROW EXECUTE FUNCTION berth_environment_stays();

-- The row of the settings stands for no choice: whoever wants it chooses nothing.
CREATE FUNCTION berth_attached_cluster() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.cluster_id IS NOT NULL AND EXISTS (SELECT 1 FROM cluster WHERE id = NEW.cluster_id AND is_default) THEN
    RAISE EXCEPTION 'the cluster of the settings is chosen by choosing none';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER attached_cluster BEFORE INSERT OR UPDATE OF cluster_id ON environment FOR EACH ROW EXECUTE FUNCTION berth_attached_cluster();
CREATE TRIGGER attached_cluster BEFORE INSERT OR UPDATE OF cluster_id ON project FOR EACH ROW EXECUTE FUNCTION berth_attached_cluster();
CREATE TRIGGER attached_cluster BEFORE INSERT OR UPDATE OF cluster_id ON stage FOR EACH ROW EXECUTE FUNCTION berth_attached_cluster();
