/** Where frameworks keep the changes of a database's schema. */
const patterns: readonly RegExp[] = [
  /(?:^|\/)migrations?\/(?!.*(?:README|\.gitkeep|__init__\.py$))/i,
  /(?:^|\/)db\/(?:migrate|changelog|structure\.sql$|schema\.rb$)/i,
  /(?:^|\/)alembic\/versions\//i,
  /(?:^|\/)(?:V|U|R)\d*(?:[._]\d+)*__[^/]+\.sql$/,
  /(?:^|\/)(?:db\.)?changelog[^/]*\.(?:xml|ya?ml|sql|json)$/i,
  /(?:^|\/)schema\.prisma$/,
];

/** Whether a changed file looks as if it changes the database's schema. Pure. */
export function isMigrationPath(path: string): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
