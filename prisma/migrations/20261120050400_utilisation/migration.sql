-- What the clusters have, what is promised of it and used, and who takes it: the last look whole, and a day of totals.

CREATE TABLE "cluster_use" (
    "key" TEXT NOT NULL,
    "cluster_id" UUID,
    "operators_name" TEXT,
    "hosts" JSONB NOT NULL,
    "takers" JSONB NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cluster_use_pkey" PRIMARY KEY ("key"),
    CONSTRAINT "cluster_use_key" CHECK ("key" = coalesce("cluster_id"::text, 'settings'))
);
CREATE INDEX "cluster_use_cluster_id_idx" ON "cluster_use"("cluster_id");
ALTER TABLE "cluster_use" ADD CONSTRAINT "cluster_use_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "cluster"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "cluster_use_sample" (
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "cpus" DOUBLE PRECISION NOT NULL,
    "cpus_promised" DOUBLE PRECISION NOT NULL,
    "cpus_used" DOUBLE PRECISION,
    "mem" DOUBLE PRECISION NOT NULL,
    "mem_promised" DOUBLE PRECISION NOT NULL,
    "mem_used" DOUBLE PRECISION,

    CONSTRAINT "cluster_use_sample_pkey" PRIMARY KEY ("key", "at")
);
ALTER TABLE "cluster_use_sample" ADD CONSTRAINT "cluster_use_sample_key_fkey" FOREIGN KEY ("key") REFERENCES "cluster_use"("key") ON DELETE CASCADE ON UPDATE CASCADE;

-- A pass over a thousand apps asks for the last deployment of each live release.
CREATE INDEX "deployment_release_id_number_idx" ON "deployment"("release_id", "number");
