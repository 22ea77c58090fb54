/** The real parts a test runs against. */
export interface TestEnvironment {
  /** A Docker Engine's unix socket. */
  readonly dockerSocket: string;
  /** A Postgres server, as a user who may create databases. */
  readonly databaseUrl: string;
  /** An image on that engine whose entrypoint is node. */
  readonly nodeImage: string;
}

/** Reads where the real parts are. Throws a sentence that names what is missing. */
export function testEnvironment(): TestEnvironment {
  return {
    dockerSocket: required("BERTH_TEST_DOCKER_SOCKET", "the path of a Docker Engine's unix socket"),
    databaseUrl: required("BERTH_TEST_DATABASE_URL", "the URL of a Postgres server on which databases may be created"),
    nodeImage: required("BERTH_TEST_NODE_IMAGE", "an image on that engine whose entrypoint is node"),
  };
}

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`This test needs ${name}: ${meaning}. \`npm test\` sets it.`);
  return value;
}
