import { expect, it } from "vitest";

import { isMigrationPath } from "./migration-paths.ts";

it.each([
  "prisma/migrations/20260101_init/migration.sql",
  "prisma/schema.prisma",
  "db/migrate/20260101_add_cart.rb",
  "db/structure.sql",
  "src/main/resources/db/migration/V2__cart.sql",
  "backend/alembic/versions/ab12_cart.py",
  "shop/migrations/0002_cart.py",
  "db.changelog-master.yaml",
])("sees a migration in %s", (path) => expect(isMigrationPath(path)).toBe(true));

it.each(["src/migrate.ts", "docs/migration-guide.md", "shop/migrations/__init__.py", "CHANGELOG.md", "src/V.sql"])(
  "sees none in %s",
  (path) => expect(isMigrationPath(path)).toBe(false),
);
