import type { Settings } from "#lib/domain/command.ts";
import { outerEnvironment, readConfig } from "#lib/platform/config.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { createLog, type Log } from "#lib/platform/log.ts";

import { type EventHub, createEventHub } from "./event-hub.ts";

/** What the web process holds: the database under web's identity, the installation's addresses, its ears and its log. */
export interface Services {
  readonly database: Database;
  readonly settings: Settings;
  readonly hub: EventHub;
  readonly log: Log;
  readonly authSecret: string;
  readonly home: string;
}

declare global {
  // oxlint-disable-next-line no-var -- only var declares a property of the global object
  var berthWebServices: Services | undefined;
}

const connections = 10;

/**
 * The services of this process, made at first use. They hang on the global object because Next bundles its own copy of
 * this module beside the one of the HTTP front, and one process needs one pool.
 */
export function services(): Services {
  return (globalThis.berthWebServices ??= connect());
}

function connect(): Services {
  const config = readConfig(outerEnvironment());
  const log = createLog("web", config.logLevel);
  const url = config.database.processUrl;
  if (url === undefined) throw new Error("The setting BERTH_PROCESS_DATABASE_URL is missing: the supervisor starts this process.");
  if (config.web.authSecret === undefined) throw new Error("The setting BERTH_AUTH_SECRET is missing: the supervisor makes one.");
  const { database } = openDatabase(url, { connections, onError: (error) => log.warn({ err: error }, "A database connection failed.") });
  return {
    database,
    settings: {
      dashboardOrigin: config.web.origin,
      previewDomain: config.gateway.baseHost,
      previewOrigin: config.gateway.origin,
      allowFileRepositories: config.git.allowFile,
      jobScheduler: config.jobScheduler.kind,
      webhookKey: config.webhookKey,
    },
    hub: createEventHub(url, log),
    log,
    authSecret: config.web.authSecret,
    home: config.home,
  };
}
