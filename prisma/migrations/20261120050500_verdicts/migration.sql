-- Whose work an image is, as the commit says it.
ALTER TABLE "image"
  ADD COLUMN "author_name" TEXT,
  ADD COLUMN "author_email" TEXT,
  ADD COLUMN "committer_name" TEXT,
  ADD COLUMN "committer_email" TEXT;

-- Who brought a commit into Berth's own Git first: an author's name in a commit is only what somebody typed.
CREATE TABLE "commit_push" (
    "project_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "person_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "commit_push_pkey" PRIMARY KEY ("project_id", "commit")
);
ALTER TABLE "commit_push" ADD CONSTRAINT "commit_push_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TYPE "VerdictKind" AS ENUM ('approve', 'reject', 'not_testable');

CREATE TABLE "verdict" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "image_digest" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "kind" "VerdictKind" NOT NULL,
    "words" TEXT NOT NULL,
    "checklist" JSONB NOT NULL DEFAULT '[]',
    "given_by_id" UUID NOT NULL,
    "given_by_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verdict_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "verdict_environment_id_number_key" ON "verdict"("environment_id", "number");
CREATE INDEX "verdict_project_id_at_idx" ON "verdict"("project_id", "at");
CREATE INDEX "verdict_image_id_idx" ON "verdict"("image_id");
-- What was not approved is looked for by whose work it is; most is.
CREATE INDEX "verdict_not_approved" ON "verdict"("project_id", "image_id") WHERE "kind" <> 'approve';
ALTER TABLE "verdict" ADD CONSTRAINT "verdict_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "verdict" ADD CONSTRAINT "verdict_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "verdict" ADD CONSTRAINT "verdict_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "release"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "verdict" ADD CONSTRAINT "verdict_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A picture is uploaded first and belongs to a verdict later; one that never does is removed after a day.
CREATE TABLE "verdict_evidence" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "verdict_id" UUID,
    "position" INTEGER NOT NULL DEFAULT 0,
    "media_type" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,
    "uploaded_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verdict_evidence_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "verdict_evidence_picture" CHECK ("media_type" IN ('image/png', 'image/jpeg', 'image/webp')),
    CONSTRAINT "verdict_evidence_size" CHECK ("size_bytes" = octet_length("bytes") AND "size_bytes" <= 5242880)
);
CREATE INDEX "verdict_evidence_verdict_id_idx" ON "verdict_evidence"("verdict_id");
CREATE INDEX "verdict_evidence_project_id_idx" ON "verdict_evidence"("project_id");
ALTER TABLE "verdict_evidence" ADD CONSTRAINT "verdict_evidence_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "verdict_evidence" ADD CONSTRAINT "verdict_evidence_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "verdict_evidence" ADD CONSTRAINT "verdict_evidence_verdict_id_fkey" FOREIGN KEY ("verdict_id") REFERENCES "verdict"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- Pictures are compressed already.
ALTER TABLE "verdict_evidence" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

-- What was said stays said; changing one's mind is another verdict.
CREATE FUNCTION "verdict_stays"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a verdict is never changed';
END $$;
CREATE TRIGGER "verdict_immutable" BEFORE UPDATE ON "verdict" FOR EACH ROW EXECUTE FUNCTION "verdict_stays"();
CREATE TRIGGER "verdict_evidence_immutable" BEFORE UPDATE ON "verdict_evidence" FOR EACH ROW
  WHEN (OLD."verdict_id" IS NOT NULL OR OLD."bytes" IS DISTINCT FROM NEW."bytes") EXECUTE FUNCTION "verdict_stays"();
