-- What an event carries for those who are told of it, and whether they have been told.
ALTER TABLE "event"
  ADD COLUMN "detail" JSONB,
  ADD COLUMN "untold" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "event_untold" ON "event" ("id") WHERE "untold";

CREATE TABLE "notification" (
    "id" BIGSERIAL PRIMARY KEY,
    "event_id" BIGINT NOT NULL,
    "person_id" UUID NOT NULL REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "environment_id" UUID,
    "deployment_id" UUID,
    "stage_kind" "StageKind",
    "actor_name" TEXT,
    "message" TEXT,
    "detail" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3)
);
CREATE UNIQUE INDEX "notification_event_id_person_id_key" ON "notification"("event_id", "person_id");
CREATE INDEX "notification_person_id_id_idx" ON "notification"("person_id", "id");
CREATE INDEX "notification_unread" ON "notification"("person_id") WHERE "read_at" IS NULL;

CREATE TABLE "notification_choice" (
    "person_id" UUID NOT NULL REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "kind" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "wanted" BOOLEAN NOT NULL,
    CONSTRAINT "notification_choice_pkey" PRIMARY KEY ("person_id", "kind", "channel")
);

CREATE TABLE "notification_mute" (
    "person_id" UUID NOT NULL REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "notification_mute_pkey" PRIMARY KEY ("person_id", "project_id")
);

CREATE TABLE "project_hook" (
    "id" UUID PRIMARY KEY,
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "format" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "url_secret_id" UUID NOT NULL REFERENCES "sealed_secret"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    "key_secret_id" UUID REFERENCES "sealed_secret"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    "kinds" TEXT[],
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX "project_hook_project_id_idx" ON "project_hook"("project_id");

CREATE TABLE "outgoing_message" (
    "id" UUID PRIMARY KEY,
    "event_id" BIGINT,
    "channel" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "project_id" UUID REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "person_id" UUID REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "hook_id" UUID REFERENCES "project_hook"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "body" JSONB NOT NULL,
    "secret_id" UUID REFERENCES "sealed_secret"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_until" TIMESTAMPTZ(3),
    "answer" INTEGER,
    "problem" TEXT,
    "duration_ms" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3)
);
CREATE UNIQUE INDEX "outgoing_message_event_id_channel_recipient_key" ON "outgoing_message"("event_id", "channel", "recipient");
CREATE INDEX "outgoing_message_state_next_at_idx" ON "outgoing_message"("state", "next_at");
CREATE INDEX "outgoing_message_hook_id_created_at_idx" ON "outgoing_message"("hook_id", "created_at");
CREATE INDEX "outgoing_message_person_id_created_at_idx" ON "outgoing_message"("person_id", "created_at");

CREATE TABLE "forge_connection" (
    "project_id" UUID PRIMARY KEY REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "forge" TEXT NOT NULL,
    "api_url" TEXT NOT NULL,
    "repository" TEXT NOT NULL,
    "secret_id" UUID REFERENCES "sealed_secret"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    "statuses" BOOLEAN NOT NULL DEFAULT true,
    "comments" BOOLEAN NOT NULL DEFAULT true,
    "checked_at" TIMESTAMPTZ(3),
    "problem" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "forge_report" (
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "subject" TEXT NOT NULL,
    "told" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "problem" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "forge_report_pkey" PRIMARY KEY ("project_id", "subject")
);

CREATE TABLE "inbound_hook" (
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "forge" TEXT NOT NULL,
    "nonce" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "created_by_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "inbound_hook_pkey" PRIMARY KEY ("project_id", "forge")
);

CREATE TABLE "inbound_delivery" (
    "id" BIGSERIAL PRIMARY KEY,
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "forge" TEXT NOT NULL,
    "delivery_id" TEXT,
    "event" TEXT NOT NULL,
    "ref" TEXT,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "bytes" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX "inbound_delivery_project_id_forge_delivery_id_key" ON "inbound_delivery"("project_id", "forge", "delivery_id");
CREATE INDEX "inbound_delivery_project_id_id_idx" ON "inbound_delivery"("project_id", "id");

ALTER TABLE "image"
  ADD COLUMN "handed_over_by_id" UUID,
  ADD COLUMN "handed_over_by_name" TEXT;

CREATE TABLE "image_hand_over" (
    "id" UUID PRIMARY KEY,
    "project_id" UUID NOT NULL REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "ref_name" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "repository" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "error_code" TEXT,
    "error_text" TEXT,
    "image_id" UUID,
    "handed_over_by_id" UUID,
    "handed_over_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3)
);
CREATE INDEX "image_hand_over_project_id_created_at_idx" ON "image_hand_over"("project_id", "created_at");

-- Who may do something on a kind of stage of a project through roles and groups: the worker asks it to find out whom to tell. Admins may
-- everything and are not named here; what each found person may view is asked again by the policy.
CREATE FUNCTION "berth_people_who"("where_project" UUID, "where_kind" "StageKind", "may_verb" TEXT) RETURNS TABLE ("person_id" UUID)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH given AS (
    SELECT m.person_id, m.role FROM membership m WHERE m.project_id = where_project
    UNION
    SELECT gm.person_id, g.role FROM group_membership g JOIN group_member gm ON gm.group_id = g.group_id WHERE g.project_id = where_project)
  SELECT DISTINCT given.person_id
  FROM given
  JOIN project p ON p.id = where_project AND p.deleted_at IS NULL
  JOIN person who ON who.id = given.person_id AND who.disabled_at IS NULL
  WHERE CASE WHEN p.own_permissions
    THEN EXISTS (SELECT 1 FROM project_permission own WHERE own.project_id = p.id AND own.role = given.role AND own.stage_kind = where_kind AND own.verb = may_verb)
    ELSE EXISTS (SELECT 1 FROM permission def WHERE def.role = given.role AND def.stage_kind = where_kind AND def.verb = may_verb) END
$$;
REVOKE ALL ON FUNCTION "berth_people_who"(UUID, "StageKind", TEXT) FROM PUBLIC;
