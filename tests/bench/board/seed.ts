import { Client } from "pg";

import { defaultPipeline } from "#lib/domain/projects/pipeline.ts";

export interface Amounts {
  readonly projects: number;
  readonly environmentsPerProject: number;
  readonly deploymentsPerEnvironment: number;
}

/** How a project's environments are spread over its stages, in the pipeline's order. */
const shares = [0.6, 0.02, 0.2, 0.16, 0.02];

/**
 * Fills an empty, migrated database with projects whose environments all have a live release, and an admin. Host names and
 * app ids are as Berth makes them. Statistics are up to date afterwards.
 */
export async function seed(databaseUrl: string, amounts: Amounts): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SET synchronous_commit = off");
    await client.query("INSERT INTO person (id, email, name, is_admin) VALUES (gen_random_uuid(), 'ada@example.org', 'Ada', true)");
    await seedProjects(client, amounts);
    await seedEnvironments(client, amounts);
    await seedDeployments(client, amounts);
    await client.query("VACUUM ANALYZE");
  } finally {
    await client.end();
  }
}

async function seedProjects(client: Client, { projects, environmentsPerProject }: Amounts): Promise<void> {
  await client.query(
    `INSERT INTO project (id, slug, name, repository_kind, default_branch, synced_at)
     SELECT gen_random_uuid(), 'project-' || n, 'Project ' || n, 'builtin', 'master', now() FROM generate_series(1, $1::int) n`,
    [projects],
  );
  for (const [position, stage] of defaultPipeline.entries()) {
    await client.query(
      `INSERT INTO stage (id, project_id, name, title, kind, position, ref_kind, ref_pattern, per_ref, starts, redeploy_on_push, verdict_required)
       SELECT gen_random_uuid(), id, $1, $2, $3::"StageKind", $4, $5::"RefKind", $6, $7, $8::"StageStart", $9, $10 FROM project`,
      [
        stage.name,
        stage.title,
        stage.kind,
        position,
        stage.refKind,
        stage.refPattern,
        stage.perRef,
        stage.starts,
        stage.redeployOnPush,
        stage.verdictRequired,
      ],
    );
  }
  // Twice as many refs as environments: what a column offers besides what runs.
  await client.query(
    `INSERT INTO ref (id, project_id, kind, name, slug, "commit", author_name, author_email, subject, committed_at, changed_at)
     SELECT gen_random_uuid(), p.id, kind::"RefKind", CASE kind WHEN 'tag' THEN 'v1.' || n WHEN 'branch' THEN CASE n WHEN 1 THEN 'master' ELSE 'issue-' || n END END,
       CASE kind WHEN 'tag' THEN 'v1-' || n ELSE CASE n WHEN 1 THEN 'master' ELSE 'issue-' || n END END,
       encode(sha256((p.slug || kind || n)::bytea), 'hex')::char(40), 'Sam Sample', 'sam@sample.invalid', 'Change number ' || n, now() - n * interval '1 hour', now() - n * interval '1 hour'
     FROM project p, unnest(ARRAY['branch', 'tag']) kind, generate_series(1, $1::int) n`,
    [environmentsPerProject],
  );
}

async function seedEnvironments(client: Client, { environmentsPerProject }: Amounts): Promise<void> {
  for (const [position, stage] of defaultPipeline.entries()) {
    const count = Math.max(1, Math.round((shares[position] ?? 0) * environmentsPerProject));
    const slug = stage.perRef ? "r.slug" : "s.name";
    await client.query(
      `INSERT INTO environment (id, project_id, stage_id, ref_id, name, slug, host, desired, app_id, instances, health, runtime_log_id, created_by_name, changed_at)
       SELECT gen_random_uuid(), p.id, s.id, r.id, s.name || '/' || ${slug}, ${slug}, s.name || '-' || ${slug} || '--' || p.slug || '.preview.localhost', 'running',
         '/berth/' || p.slug || '/' || s.name || '/' || ${slug}, 1, 'healthy', gen_random_uuid(), 'Ada', now() - r.n * interval '1 minute'
       FROM project p JOIN stage s ON s.project_id = p.id AND s.name = $1
       JOIN (SELECT *, row_number() OVER (PARTITION BY project_id ORDER BY changed_at DESC) AS n FROM ref WHERE kind = $2::"RefKind" AND (name = 'master') = $3) r
         ON r.project_id = p.id AND r.n <= $4`,
      [stage.name, stage.refKind ?? "tag", stage.refPattern === ":default", count],
    );
  }
  await client.query(
    `INSERT INTO image (id, project_id, "commit", repository, tag, digest, engine_id, pushed, ports, size_bytes)
     SELECT gen_random_uuid(), e.project_id, r."commit", '127.0.0.1:5000/shop', left(r."commit", 12) || '-' || e.slug || e.stage_id, 'sha256:' || encode(sha256(e.id::text::bytea), 'hex'),
       'sha256:' || encode(sha256(e.id::text::bytea), 'hex'), true, '{8080}', 100000000
     FROM environment e JOIN ref r ON r.id = e.ref_id`,
  );
  await client.query(
    `INSERT INTO release (id, environment_id, number, image_id, "commit", variables, fingerprint, instances, cpus, mem, port, health_path, served_at)
     SELECT gen_random_uuid(), e.id, 1, i.id, i."commit", '{}', 'none', 1, 0.25, 256, 8080, '/', now()
     FROM environment e JOIN image i ON i.digest = 'sha256:' || encode(sha256(e.id::text::bytea), 'hex')`,
  );
  await client.query("UPDATE environment e SET live_release_id = r.id FROM release r WHERE r.environment_id = e.id");
  await client.query(
    `INSERT INTO route (environment_id, host, project_name, environment_name, state, targets, release_id)
     SELECT e.id, e.host, p.name, e.name, 'live', jsonb_build_array(jsonb_build_object('taskId', 'task-' || e.id, 'host', '127.0.0.2', 'port', 31000)), e.live_release_id
     FROM environment e JOIN project p ON p.id = e.project_id`,
  );
}

async function seedDeployments(client: Client, { deploymentsPerEnvironment }: Amounts): Promise<void> {
  await client.query(
    `INSERT INTO deployment (id, project_id, environment_id, number, status, trigger, "commit", subject, ref_name, release_id, requested_by_name, created_at, started_at, ended_at)
     SELECT gen_random_uuid(), e.project_id, e.id, n, CASE n % 5 WHEN 4 THEN 'failed' ELSE 'live' END::"DeploymentStatus", 'push', r."commit", 'Change', 'refs/heads/' || e.slug, e.live_release_id, 'Ada',
       now() - ($1::int - n) * interval '1 day', now() - ($1::int - n) * interval '1 day', now() - ($1::int - n) * interval '1 day' + interval '9 seconds'
     FROM environment e JOIN release r ON r.id = e.live_release_id, generate_series(1, $1::int) n`,
    [deploymentsPerEnvironment],
  );
  await client.query(
    `INSERT INTO deployment_step (deployment_id, name, position, status, started_at, ended_at)
     SELECT d.id, step.name, step.position - 1, 'done', d.started_at + step.position * interval '1 second', d.started_at + (step.position + 1) * interval '1 second'
     FROM deployment d, unnest(ARRAY['queue', 'fetch', 'build', 'push', 'start', 'verify', 'route']) WITH ORDINALITY AS step(name, position)`,
  );
}
