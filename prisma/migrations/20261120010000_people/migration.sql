-- People, groups, a matrix per project, scoped tokens, hand-off to environments' hosts, share links, and the chain over the audit log.
ALTER TABLE "session" ADD COLUMN "view_as_person_id" UUID, ADD COLUMN "view_as_role" "Role";
ALTER TABLE "api_token"
  ADD COLUMN "all_projects" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "project_ids" UUID[] DEFAULT ARRAY[]::UUID[],
  ADD COLUMN "all_verbs" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "verbs" TEXT[] DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "audit_entry" ADD COLUMN "before" JSONB, ADD COLUMN "after" JSONB;
ALTER TABLE "project"
  ADD COLUMN "own_permissions" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "protected_tags" TEXT[] DEFAULT ARRAY['v*']::TEXT[];
ALTER TABLE "stage" ADD COLUMN "public" BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE "identity" (
    "provider" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "identity_pkey" PRIMARY KEY ("provider","subject")
);
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "person_group" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "claim" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "person_group_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "group_member" (
    "group_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "by_claim" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "group_member_pkey" PRIMARY KEY ("group_id","person_id")
);
CREATE TABLE "group_membership" (
    "project_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "role" "Role" NOT NULL,

    CONSTRAINT "group_membership_pkey" PRIMARY KEY ("project_id","group_id","role")
);
CREATE TABLE "project_permission" (
    "project_id" UUID NOT NULL,
    "role" "Role" NOT NULL,
    "stage_kind" "StageKind" NOT NULL,
    "verb" TEXT NOT NULL,

    CONSTRAINT "project_permission_pkey" PRIMARY KEY ("project_id","role","stage_kind","verb")
);
CREATE TABLE "hand_off" (
    "hash" TEXT NOT NULL,
    "environment_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "state_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hand_off_pkey" PRIMARY KEY ("hash")
);
CREATE TABLE "gateway_pass" (
    "hash" TEXT NOT NULL,
    "environment_id" UUID NOT NULL,
    "session_id" UUID,
    "share_link_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateway_pass_pkey" PRIMARY KEY ("hash")
);
CREATE TABLE "share_link" (
    "id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "created_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "share_link_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "audit_link" (
    "position" BIGINT NOT NULL,
    "entry_seq" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_link_pkey" PRIMARY KEY ("position")
);
CREATE INDEX "identity_person_id_idx" ON "identity"("person_id");
CREATE UNIQUE INDEX "invitation_hash_key" ON "invitation"("hash");
CREATE INDEX "invitation_person_id_idx" ON "invitation"("person_id");
CREATE UNIQUE INDEX "person_group_name_key" ON "person_group"("name");
CREATE UNIQUE INDEX "person_group_claim_key" ON "person_group"("claim");
CREATE INDEX "group_member_person_id_idx" ON "group_member"("person_id");
CREATE INDEX "group_membership_group_id_idx" ON "group_membership"("group_id");
CREATE INDEX "gateway_pass_session_id_idx" ON "gateway_pass"("session_id");
CREATE INDEX "gateway_pass_share_link_id_idx" ON "gateway_pass"("share_link_id");
CREATE INDEX "gateway_pass_environment_id_idx" ON "gateway_pass"("environment_id");
CREATE UNIQUE INDEX "share_link_hash_key" ON "share_link"("hash");
CREATE INDEX "share_link_environment_id_idx" ON "share_link"("environment_id");
CREATE INDEX "audit_entry_actor_id_seq_idx" ON "audit_entry"("actor_id", "seq");
CREATE UNIQUE INDEX "audit_link_entry_seq_key" ON "audit_link"("entry_seq");
ALTER TABLE "identity" ADD CONSTRAINT "identity_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "session" ADD CONSTRAINT "session_view_as_person_id_fkey" FOREIGN KEY ("view_as_person_id") REFERENCES "person"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "person_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "group_membership" ADD CONSTRAINT "group_membership_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "group_membership" ADD CONSTRAINT "group_membership_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "person_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "project_permission" ADD CONSTRAINT "project_permission_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "hand_off" ADD CONSTRAINT "hand_off_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "hand_off" ADD CONSTRAINT "hand_off_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gateway_pass" ADD CONSTRAINT "gateway_pass_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gateway_pass" ADD CONSTRAINT "gateway_pass_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gateway_pass" ADD CONSTRAINT "gateway_pass_share_link_id_fkey" FOREIGN KEY ("share_link_id") REFERENCES "share_link"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "share_link" ADD CONSTRAINT "share_link_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "share_link" ADD CONSTRAINT "share_link_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a person's roles give, his own and his groups', by project and kind of stage: the one place where the matrix is applied.
-- Admins have no rows: they may do everything. Runs with its owner's rights, so that each process may ask without reading the tables.
CREATE FUNCTION "berth_grants"("who" UUID) RETURNS TABLE ("project_id" UUID, "stage_kind" "StageKind", "verbs" TEXT[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH given AS (
    SELECT m.project_id, m.role FROM membership m WHERE m.person_id = who
    UNION
    SELECT g.project_id, g.role FROM group_membership g JOIN group_member gm ON gm.group_id = g.group_id WHERE gm.person_id = who)
  SELECT given.project_id, matrix.stage_kind, array_agg(DISTINCT matrix.verb)
  FROM given
  JOIN project p ON p.id = given.project_id AND p.deleted_at IS NULL
  CROSS JOIN LATERAL (
    SELECT own.stage_kind, own.verb FROM project_permission own WHERE p.own_permissions AND own.project_id = p.id AND own.role = given.role
    UNION ALL
    SELECT def.stage_kind, def.verb FROM permission def WHERE NOT p.own_permissions AND def.role = given.role) matrix
  GROUP BY given.project_id, matrix.stage_kind
$$;

-- The same for somebody with one role in every project: what an admin sees when he views as a role.
CREATE FUNCTION "berth_role_grants"("as_role" "Role") RETURNS TABLE ("project_id" UUID, "stage_kind" "StageKind", "verbs" TEXT[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.id, matrix.stage_kind, array_agg(DISTINCT matrix.verb)
  FROM project p
  CROSS JOIN LATERAL (
    SELECT own.stage_kind, own.verb FROM project_permission own WHERE p.own_permissions AND own.project_id = p.id AND own.role = as_role
    UNION ALL
    SELECT def.stage_kind, def.verb FROM permission def WHERE NOT p.own_permissions AND def.role = as_role) matrix
  WHERE p.deleted_at IS NULL
  GROUP BY p.id, matrix.stage_kind
$$;
REVOKE ALL ON FUNCTION "berth_grants"(UUID), "berth_role_grants"("Role") FROM PUBLIC;

-- Somebody's rights may have changed: open streams and tunnels ask again at once.
CREATE FUNCTION "notify_access"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('berth_access', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "membership_access" AFTER INSERT OR UPDATE OR DELETE ON "membership" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "group_member_access" AFTER INSERT OR UPDATE OR DELETE ON "group_member" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "group_membership_access" AFTER INSERT OR UPDATE OR DELETE ON "group_membership" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "permission_access" AFTER INSERT OR UPDATE OR DELETE ON "permission" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "project_permission_access" AFTER INSERT OR UPDATE OR DELETE ON "project_permission" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "person_access" AFTER UPDATE OF "disabled_at", "is_admin" OR DELETE ON "person" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "session_access" AFTER UPDATE OF "ended_at", "view_as_person_id", "view_as_role" OR DELETE ON "session" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "api_token_access" AFTER UPDATE OF "revoked_at" OR DELETE ON "api_token" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "share_link_access" AFTER UPDATE OF "revoked_at" OR DELETE ON "share_link" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "stage_access" AFTER UPDATE OF "public" ON "stage" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "project_access" AFTER UPDATE OF "own_permissions", "deleted_at" ON "project" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
