-- What lies between two tags or environments, told to people: made from the commits, and as somebody wrote it anew.

CREATE TABLE "release_note" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "from_name" TEXT NOT NULL,
    "from_kind" "StageKind",
    "from_commit" TEXT NOT NULL,
    "to_name" TEXT NOT NULL,
    "to_kind" "StageKind",
    "to_commit" TEXT NOT NULL,
    "ref_name" TEXT NOT NULL,
    "body" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "edited_by_name" TEXT,
    "edited_at" TIMESTAMPTZ(3),
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "release_note_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "release_note_project_id_from_name_from_commit_to_name_to_com_key" ON "release_note"("project_id", "from_name", "from_commit", "to_name", "to_commit");
CREATE INDEX "release_note_project_id_created_at_idx" ON "release_note"("project_id", "created_at");
ALTER TABLE "release_note" ADD CONSTRAINT "release_note_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
