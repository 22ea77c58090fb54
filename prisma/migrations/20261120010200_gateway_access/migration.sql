-- Who may see an environment at its URL. The gateway reads `route` and asks these functions; it sees no other table.

-- Whether everybody may see it is the stage's word; the route carries a copy that nothing but these triggers writes.
ALTER TABLE "route" ADD COLUMN "public" BOOLEAN NOT NULL DEFAULT false;
UPDATE "route" r SET "public" = s."public" FROM "environment" e JOIN "stage" s ON s."id" = e."stage_id" WHERE e."id" = r."environment_id";
CREATE FUNCTION "route_takes_public"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  NEW.public := COALESCE(
    (SELECT s.public FROM environment e JOIN stage s ON s.id = e.stage_id WHERE e.id = NEW.environment_id), false);
  RETURN NEW;
END $$;
CREATE TRIGGER "route_public" BEFORE INSERT OR UPDATE ON "route" FOR EACH ROW EXECUTE FUNCTION "route_takes_public"();
CREATE FUNCTION "stage_gives_public"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE route SET public = NEW.public FROM environment e WHERE e.id = route.environment_id AND e.stage_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER "stage_public" AFTER UPDATE OF "public" ON "stage" FOR EACH ROW
  WHEN (OLD."public" IS DISTINCT FROM NEW."public") EXECUTE FUNCTION "stage_gives_public"();

-- A token whose scope or end changes, and a link whose end changes, are as good as rights that change.
CREATE TRIGGER "api_token_scope_access" AFTER UPDATE OF "expires_at", "all_projects", "project_ids" ON "api_token"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();
CREATE TRIGGER "share_link_end_access" AFTER UPDATE OF "expires_at" ON "share_link" FOR EACH STATEMENT EXECUTE FUNCTION "notify_access"();

-- The rules of lib/domain/access/policy.ts for `view` of an environment, for a person with his roles of now. A test compares the two.
CREATE FUNCTION "berth_person_may_view"("who" UUID, "wanted" UUID) RETURNS BOOLEAN
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT 1 FROM environment e JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id AND p.deleted_at IS NULL
    WHERE e.id = wanted AND (
      EXISTS (SELECT 1 FROM person a WHERE a.id = who AND a.is_admin)
      OR EXISTS (SELECT 1 FROM berth_grants(who) g WHERE g.project_id = e.project_id AND g.stage_kind = s.kind AND 'view' = ANY (g.verbs))))
$$;

CREATE FUNCTION "berth_role_may_view"("as_role" "Role", "wanted" UUID) RETURNS BOOLEAN
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT 1 FROM environment e JOIN stage s ON s.id = e.stage_id JOIN berth_role_grants(as_role) g ON g.project_id = e.project_id
    WHERE e.id = wanted AND g.stage_kind = s.kind AND 'view' = ANY (g.verbs))
$$;

-- Until when a session gives the right to view an environment, as things are now; null when it does not.
CREATE FUNCTION "berth_session_may_view"("session_id" UUID, "wanted" UUID) RETURNS TIMESTAMPTZ
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT LEAST(s.expires_at, s.last_seen_at + interval '8 hours')
  FROM session s JOIN person p ON p.id = s.person_id
  WHERE s.id = session_id AND s.ended_at IS NULL AND s.expires_at > now() AND s.last_seen_at > now() - interval '8 hours'
    AND p.disabled_at IS NULL
    AND CASE
      WHEN p.is_admin AND s.view_as_person_id IS NOT NULL THEN berth_person_may_view(s.view_as_person_id, wanted)
      WHEN p.is_admin AND s.view_as_role IS NOT NULL THEN berth_role_may_view(s.view_as_role, wanted)
      ELSE berth_person_may_view(p.id, wanted)
    END
$$;

CREATE FUNCTION "berth_share_link_may_view"("link_id" UUID, "wanted" UUID) RETURNS TIMESTAMPTZ
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT l.expires_at FROM share_link l JOIN person p ON p.id = l.created_by_id
  WHERE l.id = link_id AND l.environment_id = wanted AND l.revoked_at IS NULL AND l.expires_at > now()
    AND p.disabled_at IS NULL AND berth_person_may_view(p.id, wanted)
$$;

-- What the gateway asks. Each answers with the seconds for which the right lasts at most when nobody changes it, or with null: no.
CREATE FUNCTION "berth_seconds_left"("until" TIMESTAMPTZ) RETURNS INTEGER
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT ceil(extract(epoch FROM LEAST(until, now() + interval '30 days') - now()))::integer
$$;

CREATE FUNCTION "berth_pass_may_view"("pass_hash" TEXT, "wanted" UUID) RETURNS INTEGER
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  pass gateway_pass;
  until TIMESTAMPTZ;
BEGIN
  SELECT * INTO pass FROM gateway_pass WHERE hash = pass_hash AND environment_id = wanted AND expires_at > now();
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF pass.session_id IS NOT NULL THEN
    until := berth_session_may_view(pass.session_id, wanted);
  ELSIF pass.share_link_id IS NOT NULL THEN
    until := berth_share_link_may_view(pass.share_link_id, wanted);
    IF until IS NOT NULL THEN
      UPDATE share_link SET last_used_at = now()
      WHERE id = pass.share_link_id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
    END IF;
  END IF;
  IF until IS NULL THEN RETURN NULL; END IF;
  RETURN berth_seconds_left(LEAST(until, pass.expires_at));
END $$;

CREATE FUNCTION "berth_token_may_view"("token_hash" TEXT, "wanted" UUID) RETURNS INTEGER
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  token api_token;
BEGIN
  SELECT t.* INTO token
  FROM api_token t JOIN person p ON p.id = t.person_id JOIN environment e ON e.id = wanted
  WHERE t.hash = token_hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND p.disabled_at IS NULL
    AND (t.all_projects OR e.project_id = ANY (t.project_ids)) AND berth_person_may_view(p.id, wanted);
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE api_token SET last_used_at = now()
  WHERE id = token.id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
  RETURN berth_seconds_left(COALESCE(token.expires_at, 'infinity'::timestamptz));
END $$;

-- Exchanges the code of a hand-off for a pass: once, for the environment and the browser it was made for. One pass per session and environment.
CREATE FUNCTION "berth_redeem_hand_off"("code_hash" TEXT, "wanted" UUID, "state" TEXT, "new_pass" TEXT) RETURNS INTEGER
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  used hand_off;
  until TIMESTAMPTZ;
BEGIN
  DELETE FROM hand_off WHERE hash = code_hash AND environment_id = wanted AND state_hash = state AND expires_at > now() RETURNING * INTO used;
  IF NOT FOUND THEN RETURN NULL; END IF;
  until := berth_session_may_view(used.session_id, wanted);
  IF until IS NULL THEN RETURN NULL; END IF;
  until := LEAST((SELECT expires_at FROM session WHERE id = used.session_id), now() + interval '12 hours');
  INSERT INTO gateway_pass (hash, environment_id, session_id, expires_at) VALUES (new_pass, wanted, used.session_id, until);
  RETURN berth_seconds_left(until);
END $$;

-- Exchanges the code of a share link for a pass. Many may use a link, but not without end.
CREATE FUNCTION "berth_redeem_share_link"("code_hash" TEXT, "wanted" UUID, "new_pass" TEXT) RETURNS INTEGER
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  link UUID;
  until TIMESTAMPTZ;
BEGIN
  SELECT id INTO link FROM share_link WHERE hash = code_hash AND environment_id = wanted;
  IF NOT FOUND THEN RETURN NULL; END IF;
  until := berth_share_link_may_view(link, wanted);
  IF until IS NULL OR (SELECT count(*) FROM gateway_pass WHERE share_link_id = link) >= 10000 THEN RETURN NULL; END IF;
  INSERT INTO gateway_pass (hash, environment_id, share_link_id, expires_at) VALUES (new_pass, wanted, link, until);
  UPDATE share_link SET last_used_at = now() WHERE id = link;
  RETURN berth_seconds_left(until);
END $$;

REVOKE ALL ON FUNCTION "route_takes_public"(), "stage_gives_public"(), "berth_person_may_view"(UUID, UUID), "berth_role_may_view"("Role", UUID),
  "berth_session_may_view"(UUID, UUID), "berth_share_link_may_view"(UUID, UUID), "berth_seconds_left"(TIMESTAMPTZ),
  "berth_pass_may_view"(TEXT, UUID), "berth_token_may_view"(TEXT, UUID), "berth_redeem_hand_off"(TEXT, UUID, TEXT, TEXT),
  "berth_redeem_share_link"(TEXT, UUID, TEXT) FROM PUBLIC;
