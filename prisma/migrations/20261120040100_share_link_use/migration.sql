-- Whoever opens an environment by a share link stays nameless, but not unseen: each pass is an entry of the audit log.
CREATE OR REPLACE FUNCTION "berth_redeem_share_link"("code_hash" TEXT, "wanted" UUID, "new_pass" TEXT) RETURNS INTEGER
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  link share_link;
  until TIMESTAMPTZ;
BEGIN
  SELECT * INTO link FROM share_link WHERE hash = code_hash AND environment_id = wanted;
  IF NOT FOUND THEN RETURN NULL; END IF;
  until := berth_share_link_may_view(link.id, wanted);
  IF until IS NULL OR (SELECT count(*) FROM gateway_pass WHERE share_link_id = link.id) >= 10000 THEN RETURN NULL; END IF;
  INSERT INTO gateway_pass (hash, environment_id, share_link_id, expires_at) VALUES (new_pass, wanted, link.id, until);
  UPDATE share_link SET last_used_at = now() WHERE id = link.id;
  INSERT INTO audit_entry (actor_kind, actor_name, action, object_type, object_id, object_name, environment_id, outcome)
  VALUES ('visitor', 'Somebody with the link', 'share_link.use', 'share_link', link.id::text, link.note, wanted, 'allowed');
  RETURN berth_seconds_left(until);
END $$;
