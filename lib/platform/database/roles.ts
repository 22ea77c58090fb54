import { runMigrations } from "graphile-worker";
import { Client, escapeIdentifier, escapeLiteral } from "pg";

/**
 * One database identity per process, so that a lost web process cannot read what only the worker needs and the gateway
 * sees nothing but routes. Applied after every migration; safe to repeat.
 */
export type ProcessRole = "web" | "worker" | "gateway" | "scheduler";
export const processRoles: readonly ProcessRole[] = ["web", "worker", "gateway", "scheduler"];

/** What web and worker may do alike; what only one of them may is listed below. */
const sharedTables = [
  "project",
  "stage",
  "ref",
  "environment",
  "deployment",
  "deployment_step",
  "event",
  "variable",
  "repository_credential",
  "membership",
  "part_status",
  "job",
  "job_run",
  "cluster",
  "freeze_window",
];

/** What only web writes: people, their roles and what they may open. */
const accessTables =
  "person, session, api_token, setup, sign_in_attempt, identity, invitation, person_group, group_member, group_membership, permission, project_permission, hand_off, gateway_pass, share_link";

const grants: Readonly<Record<ProcessRole, readonly string[]>> = {
  web: [
    ...sharedTables.map((table) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO berth_web`),
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${accessTables} TO berth_web`,
    'GRANT EXECUTE ON FUNCTION berth_grants(uuid), berth_role_grants("Role") TO berth_web',
    "GRANT SELECT, UPDATE ON build TO berth_web",
    "GRANT SELECT ON image, release, route, sealing_key, worker_heartbeat, log_chunk, cluster_snapshot TO berth_web",
    "GRANT UPDATE (log_watched_until) ON environment TO berth_web",
    // Web seals and forgets: it may add a secret and name it, never read it back.
    "GRANT INSERT, DELETE, SELECT (id) ON sealed_secret TO berth_web",
    "GRANT SELECT, INSERT, UPDATE ON promotion TO berth_web",
    "GRANT SELECT, INSERT ON promotion_approval TO berth_web",
    "GRANT SELECT ON commit_range, image_check TO berth_web",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON release_note TO berth_web",
    "GRANT SELECT ON pipeline_file, deployment_check TO berth_web",
    "GRANT SELECT, UPDATE ON check_run TO berth_web",
    // A verdict is never changed; a picture only finds the verdict it belongs to.
    "GRANT SELECT, INSERT ON verdict, commit_push TO berth_web",
    "GRANT SELECT, INSERT, DELETE, UPDATE (verdict_id, position) ON verdict_evidence TO berth_web",
    'GRANT EXECUTE ON FUNCTION berth_people_who(uuid, "StageKind", text) TO berth_web',
    "GRANT SELECT, UPDATE (read_at) ON notification TO berth_web",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON notification_choice, notification_mute, project_hook, forge_connection, inbound_hook TO berth_web",
    "GRANT SELECT, INSERT, UPDATE ON outgoing_message TO berth_web",
    "GRANT SELECT, INSERT ON inbound_delivery, image_hand_over TO berth_web",
    "GRANT SELECT ON forge_report TO berth_web",
    "GRANT SELECT, INSERT, UPDATE ON pull_request TO berth_web",
    "GRANT SELECT, INSERT ON pull_request_approval TO berth_web",
    // An agent's address opens one archive; the table with all of them is closed to web.
    "GRANT EXECUTE ON FUNCTION berth_registry_archive(uuid, text), berth_has_registry_archive(uuid) TO berth_web",
    "GRANT SELECT ON cluster_use, cluster_use_sample TO berth_web",
    "GRANT SELECT, INSERT ON audit_entry TO berth_web",
    "GRANT SELECT ON audit_link, audit_head TO berth_web",
  ],
  worker: [
    ...sharedTables.map((table) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO berth_worker`),
    "GRANT SELECT, INSERT, UPDATE, DELETE ON build, image, release, route, log_chunk, worker_heartbeat, sealing_key, sealed_secret, cluster_snapshot TO berth_worker",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON promotion, commit_range, image_check TO berth_worker",
    "GRANT SELECT ON promotion_approval, release_note TO berth_worker",
    // Who builds does not approve.
    "GRANT SELECT, INSERT, UPDATE ON pull_request TO berth_worker",
    "GRANT SELECT ON pull_request_approval TO berth_worker",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON pipeline_file, check_run, deployment_check TO berth_worker",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON notification, outgoing_message, forge_report, image_hand_over TO berth_worker",
    "GRANT SELECT ON notification_choice, notification_mute, project_hook TO berth_worker",
    "GRANT SELECT, UPDATE ON forge_connection TO berth_worker",
    "GRANT SELECT (at), DELETE ON inbound_delivery TO berth_worker",
    'GRANT EXECUTE ON FUNCTION berth_people_who(uuid, "StageKind", text) TO berth_worker',
    "GRANT SELECT, INSERT, UPDATE, DELETE ON registry_archive TO berth_worker",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON cluster_use, cluster_use_sample TO berth_worker",
    // May the one who asked still do it when the work begins?
    "GRANT EXECUTE ON FUNCTION berth_grants(uuid) TO berth_worker",
    "GRANT SELECT (id, name, email, is_admin, disabled_at) ON person TO berth_worker",
    "GRANT SELECT ON verdict, commit_push TO berth_worker",
    "GRANT DELETE ON sign_in_attempt, session, hand_off, gateway_pass TO berth_worker",
    "GRANT SELECT (expires_at) ON hand_off, gateway_pass TO berth_worker",
    "GRANT SELECT (at) ON sign_in_attempt TO berth_worker",
    "GRANT SELECT (expires_at) ON session TO berth_worker",
    "GRANT SELECT, INSERT ON audit_entry TO berth_worker",
    "GRANT USAGE ON SCHEMA graphile_worker TO berth_worker",
    "GRANT ALL ON ALL TABLES IN SCHEMA graphile_worker TO berth_worker",
    "GRANT ALL ON ALL SEQUENCES IN SCHEMA graphile_worker TO berth_worker",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO berth_worker",
  ],
  gateway: [
    "GRANT SELECT ON route TO berth_gateway",
    "GRANT EXECUTE ON FUNCTION berth_pass_may_view(text, uuid), berth_token_may_view(text, uuid), berth_redeem_hand_off(text, uuid, text, text), berth_redeem_share_link(text, uuid, text) TO berth_gateway",
  ],
  scheduler: [
    "GRANT USAGE ON SCHEMA scheduler TO berth_scheduler",
    "GRANT ALL ON ALL TABLES IN SCHEMA scheduler TO berth_scheduler",
    "GRANT ALL ON ALL SEQUENCES IN SCHEMA scheduler TO berth_scheduler",
  ],
};

/** Web may ask for these jobs and no others, and may not look into the queue: the function runs with its owner's rights. */
const enqueueFunction = `
CREATE OR REPLACE FUNCTION berth_enqueue(task text, payload json, key text, run_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF task NOT IN ('sync-refs', 'run-build', 'reconcile-environment', 'follow-log', 'collect-images', 'accept-image', 'advance-promotion', 'check-cluster', 'run-check') THEN
    RAISE EXCEPTION 'unknown task %', task;
  END IF;
  PERFORM graphile_worker.add_job(task, payload, job_key => key, run_at => run_at, max_attempts => 25, job_key_mode => 'replace');
END $$;
REVOKE ALL ON FUNCTION berth_enqueue(text, json, text, timestamptz) FROM PUBLIC;
CREATE OR REPLACE FUNCTION berth_queue_length() RETURNS TABLE (waiting bigint, running bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT count(*) FILTER (WHERE locked_at IS NULL), count(*) FILTER (WHERE locked_at IS NOT NULL) FROM graphile_worker.jobs
  WHERE run_at <= now()
$$;
REVOKE ALL ON FUNCTION berth_queue_length() FROM PUBLIC;`;

/**
 * Makes the four roles and their rights. Returns a URL per process; where the admin may not create roles, all get the
 * admin's and `guarded` is false, for the start-up to say so.
 */
export async function provisionRoles(
  adminUrl: string,
  passwords: Readonly<Record<ProcessRole, string>>,
): Promise<{ urls: Record<ProcessRole, string>; guarded: boolean }> {
  await runMigrations({ connectionString: adminUrl });
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(enqueueFunction);
    const { rows } = await client.query<{ may: boolean }>(
      "SELECT rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user",
    );
    if (rows[0]?.may !== true) return { urls: { web: adminUrl, worker: adminUrl, gateway: adminUrl, scheduler: adminUrl }, guarded: false };
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(7301994)");
    // Nobody here needs temporary tables, and what is temporary is looked at before what is lasting.
    const { rows: here } = await client.query<{ name: string }>("SELECT current_database() AS name");
    await client.query(`REVOKE TEMPORARY ON DATABASE ${escapeIdentifier(here[0]?.name ?? "")} FROM PUBLIC`);
    for (const role of processRoles) await provisionRole(client, role, passwords[role]);
    await client.query("COMMIT");
    return { urls: urlsFor(adminUrl, passwords), guarded: true };
  } finally {
    await client.end();
  }
}

async function provisionRole(client: Client, role: ProcessRole, password: string): Promise<void> {
  const name = escapeIdentifier(`berth_${role}`);
  const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [`berth_${role}`]);
  await client.query(`${rowCount === 0 ? "CREATE" : "ALTER"} ROLE ${name} LOGIN PASSWORD ${escapeLiteral(password)}`);
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${name}`);
  await client.query(`GRANT USAGE ON SCHEMA public TO ${name}`);
  if (role === "web" || role === "worker") {
    await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${name}`);
    await client.query(`GRANT EXECUTE ON FUNCTION berth_enqueue(text, json, text, timestamptz), berth_queue_length() TO ${name}`);
  }
  const { rows } = await client.query<{ present: boolean }>("SELECT to_regnamespace('scheduler') IS NOT NULL AS present");
  if (role === "scheduler" && rows[0]?.present !== true) return;
  for (const grant of grants[role]) await client.query(grant);
  if (role === "worker") await openQueueTo(client, name);
}

/** The queue's tables are closed to everybody but their owner by row level security; the worker runs the queue. */
async function openQueueTo(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ table: string }>(
    "SELECT relname AS table FROM pg_class WHERE relnamespace = 'graphile_worker'::regnamespace AND relkind = 'r' AND relrowsecurity",
  );
  for (const { table } of rows) {
    const full = `graphile_worker.${escapeIdentifier(table)}`;
    await client.query(`DROP POLICY IF EXISTS berth_worker ON ${full}`);
    await client.query(`CREATE POLICY berth_worker ON ${full} TO ${name} USING (true) WITH CHECK (true)`);
  }
}

function urlsFor(adminUrl: string, passwords: Readonly<Record<ProcessRole, string>>): Record<ProcessRole, string> {
  const urlFor = (role: ProcessRole) => {
    const url = new URL(adminUrl);
    url.username = `berth_${role}`;
    url.password = passwords[role];
    return url.toString();
  };
  return { web: urlFor("web"), worker: urlFor("worker"), gateway: urlFor("gateway"), scheduler: urlFor("scheduler") };
}
