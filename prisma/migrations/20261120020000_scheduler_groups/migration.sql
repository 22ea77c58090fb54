-- Groups that somebody wrote. A group that only follows from the ids of its apps has no row.
CREATE TABLE scheduler.app_group (
  id text PRIMARY KEY,
  version timestamptz(3) NOT NULL,
  definition jsonb NOT NULL
);

-- What every change did to apps and groups, so that a whole group can go back to a version. No definition: it was removed.
CREATE TABLE scheduler.group_history (
  kind text NOT NULL CHECK (kind IN ('app', 'group')),
  id text NOT NULL,
  version timestamptz(3) NOT NULL,
  definition jsonb,
  PRIMARY KEY (kind, id, version)
);

CREATE INDEX group_history_version ON scheduler.group_history (version);

INSERT INTO scheduler.group_history (kind, id, version, definition)
SELECT 'app', id, version, definition FROM scheduler.app;
