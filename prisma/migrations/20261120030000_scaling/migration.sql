-- Scaling and recovery: what the cluster was asked for, what went wrong last, a wish to try again at once, and how full the cluster is.
ALTER TABLE "environment"
  ADD COLUMN "asked_instances" INTEGER,
  ADD COLUMN "reset_delay_at" TIMESTAMPTZ(3),
  ADD COLUMN "incident" JSONB;

CREATE TABLE "cluster_snapshot" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "cpus" DOUBLE PRECISION NOT NULL,
    "cpus_promised" DOUBLE PRECISION NOT NULL,
    "mem" DOUBLE PRECISION NOT NULL,
    "mem_promised" DOUBLE PRECISION NOT NULL,
    "hosts" JSONB NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cluster_snapshot_pkey" PRIMARY KEY ("id")
);
