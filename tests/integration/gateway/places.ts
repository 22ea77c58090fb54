import { randomUUID } from "node:crypto";

import type { Client } from "pg";

import { hashToken, newApiToken, newRandomId } from "#lib/platform/crypto/tokens.ts";

/** Rows that the gateway's answers depend on, written as the product would. All names are free. */
export async function addProject(sql: Client): Promise<string> {
  const id = randomUUID();
  await sql.query("INSERT INTO project (id, slug, name, repository_kind) VALUES ($1, $2, 'Shop', 'builtin')", [id, `shop-${id}`]);
  return id;
}

export async function addStage(sql: Client, projectId: string, kind: string, isPublic: boolean): Promise<string> {
  const id = randomUUID();
  await sql.query(
    `INSERT INTO stage (id, project_id, name, title, kind, position, ref_pattern, starts, public)
     VALUES ($1, $2, $3, 'Stage', $4::text::"StageKind", 1, '*', 'on_push', $5)`,
    [id, projectId, `${kind}-${id}`, kind, isPublic],
  );
  return id;
}

/** An environment of that stage with this id, of a branch of its own, unless it is there. */
export async function addEnvironment(sql: Client, stageId: string, id: string = randomUUID()): Promise<string> {
  await sql.query(
    `WITH branch AS (
       INSERT INTO ref (id, project_id, kind, name, slug, commit)
       SELECT gen_random_uuid(), project_id, 'branch', $3, $3, repeat('1', 40) FROM stage WHERE id = $2
       ON CONFLICT (project_id, slug) DO UPDATE SET commit = ref.commit RETURNING id)
     INSERT INTO environment (id, project_id, stage_id, ref_id, name, slug, host, app_id, instances, runtime_log_id)
     SELECT $1, stage.project_id, stage.id, branch.id, $3, $3, $3, $3, 1, gen_random_uuid() FROM stage, branch WHERE stage.id = $2
     ON CONFLICT (id) DO NOTHING`,
    [id, stageId, `of-${id}`],
  );
  return id;
}

export async function addPerson(sql: Client, isAdmin = false): Promise<string> {
  const id = randomUUID();
  await sql.query("INSERT INTO person (id, email, name, is_admin) VALUES ($1, $2, 'Grace', $3)", [id, `${id}@example.org`, isAdmin]);
  return id;
}

export async function addRole(sql: Client, projectId: string, personId: string, role: string): Promise<void> {
  await sql.query(`INSERT INTO membership (project_id, person_id, role) VALUES ($1, $2, $3::text::"Role")`, [projectId, personId, role]);
}

export async function addToken(sql: Client, personId: string, limits: { readonly projects?: readonly string[] } = {}): Promise<string> {
  const token = newApiToken();
  await sql.query(
    `INSERT INTO api_token (id, person_id, name, hash, hint, all_projects, project_ids) VALUES (gen_random_uuid(), $1, 'test', $2, $3, $4, $5::uuid[])`,
    [personId, hashToken(token), token.slice(-4), limits.projects === undefined, limits.projects ?? []],
  );
  return token;
}

/** A signed-in browser; the row's id. */
export async function addSession(sql: Client, personId: string): Promise<string> {
  const id = randomUUID();
  await sql.query("INSERT INTO session (id, id_hash, person_id, expires_at) VALUES ($1, $2, $3, now() + interval '7 days')", [
    id,
    hashToken(newRandomId()),
    personId,
  ]);
  return id;
}

/** What the dashboard writes when somebody opens an environment; the code for the way back. */
export async function addHandOff(sql: Client, sessionId: string, environmentId: string, state: string): Promise<string> {
  const code = newRandomId();
  await sql.query(
    "INSERT INTO hand_off (hash, environment_id, session_id, state_hash, expires_at) VALUES ($1, $2, $3, $4, now() + interval '1 minute')",
    [hashToken(code), environmentId, sessionId, state],
  );
  return code;
}

export async function addShareLink(sql: Client, personId: string, environmentId: string): Promise<string> {
  const code = `berth_share_${newRandomId()}`;
  await sql.query(
    "INSERT INTO share_link (id, environment_id, hash, note, created_by_id, expires_at) VALUES (gen_random_uuid(), $1, $2, 'for a customer', $3, now() + interval '7 days')",
    [environmentId, hashToken(code), personId],
  );
  return code;
}
