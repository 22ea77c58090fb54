-- The embedded scheduler's own tables. Nothing outside lib/scheduler reads or writes them.
CREATE SCHEMA scheduler;

-- One row: whose tables these are, and the framework id that clients know this scheduler by.
CREATE TABLE scheduler.framework (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  instance text NOT NULL,
  framework_id text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE scheduler.app (
  id text PRIMARY KEY,
  version timestamptz(3) NOT NULL,
  definition jsonb NOT NULL
);

CREATE TABLE scheduler.app_version (
  app_id text NOT NULL REFERENCES scheduler.app (id) ON DELETE CASCADE,
  version timestamptz(3) NOT NULL,
  definition jsonb NOT NULL,
  PRIMARY KEY (app_id, version)
);

-- A task's row is written before its container is created: a container without a row is nobody's.
CREATE TABLE scheduler.task (
  id text PRIMARY KEY,
  instance_id text NOT NULL,
  app_id text NOT NULL,
  app_version timestamptz(3) NOT NULL,
  config_version timestamptz(3) NOT NULL,
  definition jsonb NOT NULL,
  state text NOT NULL,
  host text NOT NULL,
  ports integer[] NOT NULL,
  ip_addresses text[] NOT NULL,
  container_id text,
  message text NOT NULL DEFAULT '',
  kill_reason text,
  staged_at timestamptz(3) NOT NULL,
  started_at timestamptz(3),
  ended_at timestamptz(3)
);

CREATE INDEX task_app_id ON scheduler.task (app_id);

-- Running deployments only: a finished one leaves.
CREATE TABLE scheduler.deployment (
  id uuid PRIMARY KEY,
  version timestamptz(3) NOT NULL,
  plan jsonb NOT NULL,
  current_step integer NOT NULL,
  progress jsonb NOT NULL
);

CREATE TABLE scheduler.task_failure (
  app_id text PRIMARY KEY REFERENCES scheduler.app (id) ON DELETE CASCADE,
  failure jsonb NOT NULL
);
