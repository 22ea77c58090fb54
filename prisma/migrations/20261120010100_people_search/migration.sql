-- Lists of people by name, page by page, and the few admins among many people.
CREATE INDEX "person_name_order_idx" ON "person" (lower("name"), "id");
CREATE INDEX "person_admin_idx" ON "person" ("id") WHERE "is_admin";
-- When somebody was last seen.
CREATE INDEX "session_person_seen_idx" ON "session" ("person_id", "last_seen_at" DESC);
-- Open invitations of a person.
CREATE INDEX "invitation_open_idx" ON "invitation" ("person_id", "created_at" DESC) WHERE "used_at" IS NULL AND "revoked_at" IS NULL;
