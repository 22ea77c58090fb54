import type { AppDefinition } from "#lib/adapters/marathon/definition.ts";

import type { LeftOut } from "./schema.ts";

interface TakenHealth {
  readonly settings: Record<string, unknown>;
  /** Of the check that Berth makes its own. */
  readonly path: string | null;
  readonly left: readonly LeftOut[];
}

/** The first check of the app's own port becomes Berth's check: by its path a release is judged. The others are kept beside it. */
export function takeHealth(app: AppDefinition, said: boolean): TakenHealth {
  if (!said) return { settings: {}, path: null, left: [] };
  const own = app.healthChecks.find((check) => check.protocol.endsWith("HTTP") && check.portIndex === 0);
  const others = app.healthChecks.filter((check) => check !== own);
  const fixed = others.filter((check) => check.port !== null);
  return {
    path: own?.path ?? null,
    settings: {
      healthChecks: others
        .filter((check) => check.port === null)
        .map(({ port: _port, portIndex, ...check }) => ({ ...check, portIndex: portIndex ?? 0 })),
      ...(own === undefined
        ? {}
        : {
            health: {
              intervalSeconds: own.intervalSeconds,
              timeoutSeconds: own.timeoutSeconds,
              gracePeriodSeconds: own.gracePeriodSeconds,
              maxConsecutiveFailures: own.maxConsecutiveFailures,
            },
          }),
    },
    left: [
      ...(own === undefined
        ? [
            {
              line: null,
              what: "healthChecks",
              why: "None asks the app’s own port by HTTP: Berth goes on asking the project’s health path.",
            },
          ]
        : []),
      ...fixed.map((check) => ({
        line: null,
        what: "healthChecks",
        why: `Port ${check.port ?? 0}: give the port as one of the further ports and name it by its index.`,
      })),
    ],
  };
}
