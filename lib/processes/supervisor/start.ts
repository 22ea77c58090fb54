import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ProcessRole } from "#lib/platform/database/roles.ts";
import type { Prepared } from "#lib/processes/prepare/messages.ts";

import { environmentForPreparation, type Facts } from "./environments.ts";
import { type Preparer, startPreparer } from "./preparation.ts";
import type { Situation } from "./situation.ts";
import { checkPorts, endLeftovers, startChild } from "./start-children.ts";
import { startDatabase, startEngine, startRegistryPart } from "./start-servers.ts";
import { describeReady } from "./summary.ts";

/**
 * Starts all parts: servers side by side, then the database's preparation, then web and gateway at once, scheduler and
 * worker as soon as engine and registry are known. Throws what kept a part from starting.
 */
export async function startInstallation(situation: Situation): Promise<void> {
  await endLeftovers(situation);
  await checkPorts(situation);
  const { root, home, inherited, config } = situation;
  const preparer = startPreparer({ root, logFile: join(home.logs, "prepare.log"), environment: environmentForPreparation(inherited) });
  try {
    const prepared = prepareDatabase(situation, preparer);
    const engine = startEngine(situation);
    const registry = engine.then(({ host }) => startRegistryPart(situation, host));
    const beforeEngine = prepared.then(({ urls }) => gatherFacts(situation, { urls, dockerHost: "", registryUrl: undefined }));
    const complete = Promise.all([prepared, engine, registry]).then(([{ urls }, { host }, registryUrl]) =>
      gatherFacts(situation, { urls, dockerHost: host, registryUrl }),
    );
    await Promise.all([
      beforeEngine.then((facts) => startChild(situation, "gateway", facts, config.gateway.origin.replace("://", "://*."))),
      beforeEngine.then((facts) => startChild(situation, "web", facts, config.web.origin)),
      complete.then((facts) => startChild(situation, "worker", facts, describeWorker(facts))),
      complete.then((facts) => startScheduler(situation, facts)),
    ]);
    await announce(situation, await prepared);
  } finally {
    preparer.cancel();
  }
}

async function prepareDatabase(situation: Situation, preparer: Preparer): Promise<Prepared> {
  const { config, keys, terminal } = situation;
  const adminUrl = await startDatabase(situation);
  let prepared: Prepared | undefined;
  await terminal.start("Database", async () => {
    prepared = await preparer.prepare({
      adminUrl,
      isEmbedded: config.database.adminUrl === undefined,
      passwords: keys.roles,
      admin: config.admin,
    });
    const { applied, serverVersion } = prepared;
    const server =
      config.database.adminUrl === undefined ? `PostgreSQL ${serverVersion}` : `PostgreSQL ${serverVersion} at ${new URL(adminUrl).host}`;
    return `${server}, ${applied.length === 0 ? "up to date" : `${applied.length} migration${applied.length === 1 ? "" : "s"} applied`}`;
  });
  if (prepared === undefined) throw new Error("The database was not prepared");
  return prepared;
}

function gatherFacts(
  situation: Situation,
  found: { urls: Facts["databaseUrls"]; dockerHost: string; registryUrl: string | undefined },
): Facts {
  const { config, keys, inherited } = situation;
  const given = config.marathon.credentials;
  return {
    config,
    inherited,
    databaseUrls: found.urls,
    authSecret: config.web.authSecret ?? keys.authSecret,
    webhookKey: keys.webhooks,
    marathon: {
      urls: usesScheduler(situation) ? `http://127.0.0.1:${config.scheduler.port}` : config.marathon.urls.join(","),
      // A Marathon that is not ours gets the credentials that were given for it, or none.
      credentials: given === undefined ? (usesScheduler(situation) ? keys.marathon : undefined) : `${given.username}:${given.password}`,
    },
    dockerHost: found.dockerHost,
    registryUrl: found.registryUrl,
  };
}

const usesScheduler = ({ config }: Situation) => config.marathon.urls.length === 0;

async function startScheduler(situation: Situation, facts: Facts): Promise<void> {
  if (usesScheduler(situation)) await startChild(situation, "scheduler", facts, facts.marathon.urls);
}

const describeWorker = (facts: Facts) => `builds on ${facts.dockerHost}, deploys through ${facts.marathon.urls}`;

async function announce(situation: Situation, prepared: Prepared): Promise<void> {
  const { config, home, running, terminal, startedAt } = situation;
  const milliseconds = Math.round(performance.now() - startedAt);
  const remarks = [
    ...(situation.identities.remark === undefined ? [] : [situation.identities.remark]),
    ...(prepared.guarded ? [] : ["all processes share one database user, because DATABASE_URL's may not create roles."]),
    ...(running.engine?.version === undefined && running.engine !== undefined
      ? ["previews wait for a Docker Engine; everything else works."]
      : []),
  ];
  await writeRunning(situation, milliseconds);
  const summary = {
    dashboardUrl: config.web.origin,
    home: home.path,
    setupCode: prepared.setupCode,
    milliseconds,
    remarks,
  };
  terminal.say(describeReady(summary));
}

/** What runs where, for other programs of this user: `npm run sample`, tests, backups. No secrets. */
async function writeRunning({ config, home, running, instance }: Situation, milliseconds: number): Promise<void> {
  const pid = (role: ProcessRole) => running.children.get(role)?.pid() ?? null;
  const facts = {
    pid: process.pid,
    instance,
    dashboardUrl: config.web.origin,
    gatewayUrl: config.gateway.origin,
    schedulerUrl: config.marathon.urls.length > 0 ? null : `http://127.0.0.1:${config.scheduler.port}`,
    registryUrl: running.registry?.url ?? config.registry.url ?? null,
    dockerHost: running.engine?.host ?? null,
    postgresPort: running.postgres?.port ?? null,
    processes: { web: pid("web"), worker: pid("worker"), gateway: pid("gateway"), scheduler: pid("scheduler") },
    readyAfterMilliseconds: milliseconds,
  };
  await writeFile(join(home.path, "running.json"), `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
}
