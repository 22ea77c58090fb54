-- How a project's apps are run, layer by layer: what a layer does not say is inherited. The size (instances, cpus, mem) is each stage's own.
ALTER TABLE "project" ADD COLUMN "app_settings" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "stage" ADD COLUMN "app_settings" JSONB NOT NULL DEFAULT '{}';
-- Exactly these, as `key=value` or as an address to fetch, were allowed by an admin of the platform although they give power over hosts.
ALTER TABLE "project" ADD COLUMN "allowed_powers" TEXT[] DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "release" ADD COLUMN "app" JSONB NOT NULL DEFAULT '{}';

-- The registry's credentials as an archive for the agents, one per release, sealed with a key that is in its address only.
CREATE TABLE "registry_archive" (
  "release_id" UUID NOT NULL,
  "address_hash" TEXT NOT NULL,
  "credentials_hash" TEXT NOT NULL,
  "sealed" BYTEA NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "registry_archive_pkey" PRIMARY KEY ("release_id"),
  CONSTRAINT "registry_archive_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "release"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "registry_archive_expires_at_idx" ON "registry_archive"("expires_at");

-- Web answers who comes with the address, and may not read the table: what it gives cannot be opened without the address.
CREATE FUNCTION "berth_registry_archive"("wanted" UUID, "hash" TEXT) RETURNS BYTEA
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.sealed FROM registry_archive a
  JOIN release r ON r.id = a.release_id
  JOIN environment e ON e.id = r.environment_id
  WHERE a.release_id = wanted AND a.address_hash = hash AND a.expires_at > now()
    AND e.destroyed_at IS NULL AND e.desired = 'running'
    AND (e.live_release_id = r.id OR EXISTS (
      SELECT 1 FROM deployment d WHERE d.release_id = r.id AND d.status IN ('preparing', 'deploying', 'verifying')))
$$;
REVOKE ALL ON FUNCTION "berth_registry_archive"(UUID, TEXT) FROM PUBLIC;

-- Whether agents are given one is no secret: the pages say it.
CREATE FUNCTION "berth_has_registry_archive"("wanted" UUID) RETURNS BOOLEAN
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM registry_archive WHERE release_id = wanted)
$$;
REVOKE ALL ON FUNCTION "berth_has_registry_archive"(UUID) FROM PUBLIC;
