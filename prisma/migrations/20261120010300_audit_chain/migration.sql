-- What an entry is about, kept as it was called then, and the kind of stage that decides who may read it.
ALTER TABLE "audit_entry" ADD COLUMN "object_name" TEXT, ADD COLUMN "stage_kind" "StageKind";

-- How long the chain is and its last hash: what is cut off at the end is missed.
CREATE TABLE "audit_head" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "position" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_head_one" CHECK ("id" = 1)
);
INSERT INTO "audit_head" ("position", "hash") VALUES (0, '');

-- Lists are read from the newest entry backwards, whatever they are narrowed to.
CREATE INDEX "audit_entry_action_idx" ON "audit_entry" ("action", "seq");
CREATE INDEX "audit_entry_noun_idx" ON "audit_entry" (split_part("action", '.', 1), "seq");
CREATE INDEX "audit_entry_refused_idx" ON "audit_entry" ("outcome", "seq") WHERE "outcome" <> 'allowed';
CREATE INDEX "audit_entry_at_idx" ON "audit_entry" ("at");
-- What waits for somebody is asked for on every page.
CREATE INDEX "deployment_failed_of_person_idx" ON "deployment" ("requested_by_id", "ended_at") WHERE "status" = 'failed';
CREATE INDEX "environment_crashing_idx" ON "environment" ("id") WHERE "health" = 'crashing' AND "destroyed_at" IS NULL;
CREATE INDEX "project_unreadable_idx" ON "project" ("id") WHERE "sync_error_code" IS NOT NULL AND "deleted_at" IS NULL;
CREATE INDEX "invitation_waiting_idx" ON "invitation" ("expires_at") WHERE "used_at" IS NULL AND "revoked_at" IS NULL;

-- Fills in what only the database knows: its own clock, what the object is called, where it belongs. Whoever writes an entry
-- names the object; the place of an environment, a deployment, a stage or a variable follows from it.
CREATE FUNCTION "audit_fill"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  object uuid := CASE WHEN NEW.object_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN NEW.object_id::uuid END;
  its_project uuid;
  its_environment uuid;
  its_kind public."StageKind";
  its_name text;
BEGIN
  NEW.at := clock_timestamp();
  CASE NEW.object_type
    WHEN 'environment' THEN
      SELECT e.id INTO its_environment FROM public.environment e WHERE e.id = object;
    WHEN 'deployment' THEN
      SELECT d.environment_id, '#' || d.number || ' of ' || e.name INTO its_environment, its_name
      FROM public.deployment d JOIN public.environment e ON e.id = d.environment_id WHERE d.id = object;
    WHEN 'project' THEN
      SELECT p.id, p.name INTO its_project, its_name FROM public.project p WHERE p.id = object OR (object IS NULL AND p.slug = NEW.object_id);
    WHEN 'stage' THEN
      SELECT s.project_id, s.kind, s.title INTO its_project, its_kind, its_name FROM public.stage s WHERE s.id = object;
    WHEN 'variable' THEN
      SELECT v.project_id, v.environment_id, s.kind, v.name INTO its_project, its_environment, its_kind, its_name
      FROM public.variable v LEFT JOIN public.stage s ON s.id = v.stage_id WHERE v.id = object;
    WHEN 'person' THEN
      SELECT p.name INTO its_name FROM public.person p WHERE p.id = object;
    WHEN 'group' THEN
      SELECT g.name INTO its_name FROM public.person_group g WHERE g.id = object;
    WHEN 'token' THEN
      SELECT t.name INTO its_name FROM public.api_token t WHERE t.id = object;
    ELSE NULL;
  END CASE;
  NEW.project_id := coalesce(NEW.project_id, its_project);
  NEW.environment_id := coalesce(NEW.environment_id, its_environment);
  NEW.stage_kind := coalesce(NEW.stage_kind, its_kind);
  IF NEW.environment_id IS NOT NULL THEN
    SELECT e.project_id, s.kind, coalesce(its_name, CASE WHEN NEW.object_type = 'environment' THEN e.name END) INTO its_project, its_kind, its_name
    FROM public.environment e JOIN public.stage s ON s.id = e.stage_id WHERE e.id = NEW.environment_id;
    NEW.project_id := coalesce(NEW.project_id, its_project);
    NEW.stage_kind := coalesce(NEW.stage_kind, its_kind);
  END IF;
  NEW.object_name := coalesce(NEW.object_name, its_name);
  RETURN NEW;
END $$;

-- One entry as text, the same whatever the time zone, the language or the output settings of whoever asks. A column that is
-- added one day is added behind these, and only where it is not null, so that the hashes of older entries stay what they are.
CREATE FUNCTION "berth_audit_text"("entry" "audit_entry") RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(
    entry.seq, (extract(epoch FROM entry.at) * 1000)::bigint, entry.actor_kind, entry.actor_id::text, entry.actor_name, entry.token_id::text,
    entry.source_ip, entry.request_id, entry.action, entry.object_type, entry.object_id, entry.object_name, entry.project_id::text,
    entry.environment_id::text, entry.stage_kind::text, entry.outcome, entry.reason, entry.detail, entry."before", entry."after")::text
$$;

-- Appends one entry to the chain. It runs when the transaction commits: the head's row is held from then to the end of the
-- commit and no longer, and nothing else is waited for while it is held. Commits of entries come one after the other; the
-- work before them does not.
CREATE FUNCTION "audit_chain"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  next_position bigint;
  next_hash text;
BEGIN
  UPDATE public.audit_head
  SET position = position + 1, hash = encode(sha256(convert_to(hash || public.berth_audit_text(NEW), 'UTF8')), 'hex')
  WHERE id = 1 RETURNING position, hash INTO next_position, next_hash;
  IF next_position IS NULL THEN
    RAISE EXCEPTION 'The audit log has lost its head.';
  END IF;
  INSERT INTO public.audit_link (position, entry_seq, hash) VALUES (next_position, NEW.seq, next_hash);
  RETURN NULL;
END $$;

-- For those whom no missing right keeps from it, such as an installation whose processes share one database identity.
CREATE FUNCTION "audit_is_final"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
REVOKE ALL ON FUNCTION "audit_fill"(), "audit_chain"(), "audit_is_final"() FROM PUBLIC;

-- Entries from before there was a chain: named, placed and linked in the order they have.
UPDATE "audit_entry" a SET "stage_kind" = s."kind", "object_name" = CASE WHEN a."object_type" = 'environment' THEN e."name" END
FROM "environment" e JOIN "stage" s ON s."id" = e."stage_id" WHERE e."id" = a."environment_id";
UPDATE "audit_entry" a SET "object_name" = p."name" FROM "project" p WHERE a."object_type" = 'project' AND p."id"::text = a."object_id";
DO $$
DECLARE
  entry public.audit_entry;
  length bigint := 0;
  last text := '';
BEGIN
  DELETE FROM public.audit_link;
  FOR entry IN SELECT * FROM public.audit_entry ORDER BY seq LOOP
    length := length + 1;
    last := encode(sha256(convert_to(last || public.berth_audit_text(entry), 'UTF8')), 'hex');
    INSERT INTO public.audit_link (position, entry_seq, hash) VALUES (length, entry.seq, last);
  END LOOP;
  UPDATE public.audit_head SET position = length, hash = last;
END $$;

CREATE TRIGGER "audit_entry_fill" BEFORE INSERT ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION "audit_fill"();
CREATE CONSTRAINT TRIGGER "audit_entry_chain" AFTER INSERT ON "audit_entry" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "audit_chain"();
CREATE TRIGGER "audit_entry_final" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry" FOR EACH STATEMENT EXECUTE FUNCTION "audit_is_final"();
CREATE TRIGGER "audit_link_final" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_link" FOR EACH STATEMENT EXECUTE FUNCTION "audit_is_final"();
